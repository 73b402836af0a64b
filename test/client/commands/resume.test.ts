import { WorkflowNotFoundError, WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { resume } from '../../../src/client/commands/resume.js';
import { NEW_BREAKER, type Breaker } from '../../../src/domain/breaker.js';
import { clusterWorkflowId } from '../../../src/domain/ids.js';

const pausedRun = { runId: 'r3', workflowId: 'chaos-run-3', runDir: '/r3', hostQueue: 'q' };
const open: Breaker = { ...NEW_BREAKER, state: { kind: 'open', since: 'T', byRuns: ['r1', 'r2', 'r3'], pausedRun } };
const person = { by: 'Ada', reason: 'a test' };

/** A server with the cluster's record, and the paused run if it is still there. */
function serverWith(breaker: Breaker, runIsThere: boolean) {
  const updates: unknown[] = [];
  const getHandle = (id: string): object => ({
    query: () => Promise.resolve({ cluster: 'local', holder: null, breaker }),
    describe: () => Promise.resolve({ status: { name: 'RUNNING' }, raw: {} }),
    executeUpdate: (_update: unknown, { args: [asked] }: { args: unknown[] }) => {
      updates.push({ id, asked });
      return Promise.resolve({ ...person, schedule: 'none' });
    },
    startUpdate: (_update: unknown, { args: [asked] }: { args: unknown[] }) => {
      if (!runIsThere) return Promise.reject(new WorkflowNotFoundError('gone', id, undefined));
      updates.push({ id, asked });
      return Promise.resolve({ result: () => Promise.resolve({ ...person, schedule: 'none' }) });
    },
  });
  const list = (): unknown[] => [];
  const withDeadline = (_deadline: number, ask: () => unknown): unknown => ask();
  return { client: { workflow: { getHandle, list }, withDeadline } as unknown as Client, updates };
}

describe('resume', () => {
  test('goes through the paused run, which then ends', async () => {
    const { client, updates } = serverWith(open, true);
    expect(await resume(client, 'local', person)).toMatchObject(person);
    expect(updates).toEqual([{ id: pausedRun.workflowId, asked: person }]);
  });

  test('closes the cluster’s record where that run is no longer there', async () => {
    const { client, updates } = serverWith(open, false);
    await resume(client, 'local', person);
    expect(updates).toEqual([{ id: clusterWorkflowId('local'), asked: { ...person, runId: null } }]);
  });

  test('of what is not paused is refused with who resumed it last', async () => {
    const lastReset = { ...person, at: 'T9' };
    const { client, updates } = serverWith({ ...NEW_BREAKER, lastReset }, true);
    await expect(resume(client, 'local', person)).rejects.toMatchObject({
      code: 'NOT_PAUSED',
      message: expect.stringContaining('resumed at T9 by Ada: a test'),
    });
    expect(updates).toEqual([]);
  });

  test('goes by way of the cluster’s record if nobody has the run’s build, and ends that run', async () => {
    const { client, updates } = serverWith(open, true);
    const terminated: unknown[] = [];
    const getHandle = (id: string): object => ({
      ...(client.workflow.getHandle(id) as object),
      describe: () =>
        Promise.resolve({
          status: { name: 'RUNNING' },
          runId: 't',
          raw: { workflowExecutionInfo: { versioningInfo: { deploymentVersion: { buildId: 'old' } } } },
        }),
      startUpdate: () => Promise.reject(new WorkflowUpdateRPCTimeoutOrCancelledError('nobody')),
      terminate: () => Promise.resolve(void terminated.push(id)),
    });
    const workflowService = {
      describeWorkerDeployment: () =>
        Promise.resolve({ workerDeploymentInfo: { routingConfig: { currentDeploymentVersion: { buildId: 'new' } } } }),
      describeTaskQueue: () => Promise.resolve({ pollers: [] }),
    };
    const stranded = {
      withDeadline: (_deadline: number, ask: () => unknown): unknown => ask(),
      options: { namespace: 'n' },
      workflowService,
      workflow: { getHandle, list: () => [] },
    } as unknown as Client;
    const { schedule } = await resume(stranded, 'local', person);
    expect(updates).toEqual([{ id: clusterWorkflowId('local'), asked: { ...person, runId: null } }]);
    expect(schedule).toMatch(/^none; chaos-run-3 does not go on: it belongs to build old.*\. It was terminated$/);
    expect(terminated).toEqual(['chaos-run-3']);
  });
});
