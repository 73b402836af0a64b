import { rmSync } from 'node:fs';
import { ApplicationFailure } from '@temporalio/activity';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPlanActivities, type RunMark } from '../../src/activities/plan.js';
import { ChaosError } from '../../src/domain/errors.js';
import type { RunPlan, RunRequest } from '../../src/domain/plan.js';
import { runDir, runPaths } from '../../src/host/layout/paths.js';
import { readJson } from '../../src/host/os/files.js';
import { readStored } from '../../src/host/os/stored.js';
import { ONE_HOST, perform } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { plan as basePlan } from '../../testing/reports/values.js';

let dataRoot: string;
beforeEach(() => {
  dataRoot = temporaryFolder();
});

const made = (_: unknown, runId: string): RunPlan => ({ ...basePlan, runId, runDir: runDir(dataRoot, runId) });
const { preparePlan, restorePlan } = createPlanActivities(made, ONE_HOST);
const prepare = (workflowId: string, temporalRunId: string): Promise<RunPlan> =>
  perform(preparePlan, { request: {}, workflowId, temporalRunId });
const markOf = (plan: RunPlan): RunMark | undefined => readJson<RunMark>(runPaths(plan.runDir).mark);

describe('the plan of a run', () => {
  it('is written into the folder of the run, with which workflow it is', async () => {
    const plan = await prepare('chaos-run-local-1', 't1');
    expect(readStored('plan', runPaths(plan.runDir).plan)).toEqual(plan);
    expect(markOf(plan)).toMatchObject({ workflowId: 'chaos-run-local-1', temporalRunId: 't1' });
  });

  it('lies in the same folder where the activity is tried again', async () => {
    const first = await prepare('chaos-run-local-1', 't1');
    expect((await prepare('chaos-run-local-1', 't1')).runDir).toBe(first.runDir);
  });

  it('has a folder of its own where the workflow id is used a second time', async () => {
    const first = await prepare('chaos-run-local-1', 't1');
    const second = await prepare('chaos-run-local-1', '0123456789');
    expect(second.runId).toBe(`${first.runId}-01234567`);
    expect(second.runDir).not.toBe(first.runDir);
    expect(markOf(first)?.temporalRunId).toBe('t1');
  });
});

it('a config that cannot be used ends the run at once', async () => {
  const invalid = createPlanActivities(() => {
    throw new ChaosError('CONFIG_INVALID', 'cluster.binary: expected a file, got nothing');
  }, ONE_HOST);
  const prepared = perform(invalid.preparePlan, { request: {}, workflowId: 'w', temporalRunId: 't' });
  await expect(prepared).rejects.toBeInstanceOf(ApplicationFailure);
  await expect(prepared).rejects.toMatchObject({ type: 'CONFIG_INVALID', nonRetryable: true });
});

it('a run that names no host is planned by nobody where there are several, and by the one that it names', async () => {
  const serving = () => Promise.resolve(['a', 'b', 'c']);
  const { preparePlan: plan } = createPlanActivities(made, { own: 'b', serving });
  const prepared = (request: RunRequest) => perform(plan, { request, workflowId: 'w', temporalRunId: 't' });
  // Its path may be a file of each of them.
  for (const request of [{}, { config: '/etc/chaos.yml' }])
    await expect(prepared(request)).rejects.toMatchObject({
      ...{ type: 'HOST_NOT_NAMED', nonRetryable: true },
      message: expect.stringContaining('3 hosts serve this Temporal: a, b, c — Say which one: {"host"'),
    });
  expect((await prepared({ host: 'b' })).runId).toBe('w');
});

it('a plan that is gone is written again; one that is there stays', async () => {
  const plan = await prepare('chaos-run-local-1', 't1');
  await perform(restorePlan, { plan: { ...plan, cluster: 'another' } });
  expect(readStored('plan', runPaths(plan.runDir).plan)).toEqual(plan);
  rmSync(plan.runDir, { recursive: true });
  await perform(restorePlan, { plan });
  expect(readStored('plan', runPaths(plan.runDir).plan)).toEqual(plan);
});
