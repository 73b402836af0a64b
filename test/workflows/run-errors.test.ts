import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHAOS_QUEUE } from '../../src/domain/ids.js';
import { createGate } from '../../testing/workflows/gate.js';
import { brokenTasks } from '../../testing/workflows/history.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { failure, invalidConfig, left } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const END = ['stopCluster', 'writeReport', 'recordOutcome', 'releaseCluster', 'publishReport', 'announce verdict'];

describe.concurrent('a run whose config cannot be used', () => {
  it('fails at once with CONFIG_INVALID, without a second try and without touching a cluster', async () => {
    const { handle, host } = await rig.startRun({ instead: { preparePlan: invalidConfig } });
    const error: unknown = await handle.result().catch((caught: unknown) => caught);
    const cause = error instanceof WorkflowFailedError ? error.cause?.cause : undefined;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect(cause).toMatchObject({ type: 'CONFIG_INVALID', message: expect.stringContaining('cluster.binary') });
    expect(host.calls).toEqual(['preparePlan']);
  });
});

describe.concurrent('a run that cannot go on', () => {
  it('because the cluster does not start is the failure of the broker: reported, stopped and released', async () => {
    const { handle, host } = await rig.startRun({
      instead: { startCluster: () => Promise.reject(failure('CLUSTER_START_FAILED', 'n3 exited with 101')) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'FAIL', runPassed: false });
    expect(host.calls).toEqual(['preparePlan', 'acquireCluster', 'preCheck', 'startCluster', ...END]);
    expect(host.reports).toMatchObject([
      {
        runFailures: [{ status: 'cluster_start_error', blame: 'broker' }],
        notes: [expect.stringContaining('n3 exited with 101')],
        endpoint: null,
      },
    ]);
  });

  it('because its machine lacks a tool is a failure of the equipment', async () => {
    const { handle, host } = await rig.startRun({
      instead: { preCheck: () => Promise.reject(failure('PREFLIGHT_FAILED', 'no nats-server')) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'INVALID' });
    expect(host.calls).toEqual(['preparePlan', 'acquireCluster', 'preCheck', ...END]);
  });

  it('because another Temporal server has the cluster is refused by the host: nothing is stopped, nothing reported', async () => {
    const held = ApplicationFailure.create({
      type: 'CLUSTER_HELD',
      message: 'held on this host by run other',
      nonRetryable: true,
      details: ['other'],
    });
    const { handle, host } = await rig.startRun({ instead: { preCheck: () => Promise.reject(held) } });
    expect(await handle.result()).toMatchObject({ headline: 'REFUSED', refusedBy: 'other', jsonPath: null });
    expect(host.calls).toEqual(['preparePlan', 'acquireCluster', 'preCheck', 'releaseCluster']);
  });

  it('because the second cluster does not start keeps the scenarios that it has', async () => {
    let starts = 0;
    const { handle } = await rig.startRun({
      instead: {
        deadNodes: async () => left({ dead: ['n1', 'n2', 'n3'] }),
        startCluster: async () => {
          if (++starts > 1) throw failure('CLUSTER_START_FAILED', 'port taken');
          return { endpoint: '127.0.0.1:1883', dataDirs: [] };
        },
      },
    });
    const { headline, scenarios } = await handle.result();
    expect(headline).toBe('FAIL');
    expect(scenarios.map(({ status }) => status)).toEqual(['failed', 'not run', 'not run']);
  });

  it('because a scenario of its name still runs is a failure of the equipment', async () => {
    const gate = createGate();
    const { handle, host } = await rig.startRun({ gates: { preCheck: gate }, plan: { scenarios: [killSingle] } });
    await gate.reached;
    const other = await rig.env.client.workflow.start('ClusterWorkflow', {
      workflowId: rig.scenarioOf(handle).workflowId,
      taskQueue: CHAOS_QUEUE,
      args: [{ cluster: 'another', holder: null }],
    });
    gate.open();
    expect(await handle.result()).toMatchObject({ headline: 'INVALID' });
    expect(host.calls.slice(-END.length)).toEqual(END);
    await other.terminate();
  });

  it('because its lease can no longer be renewed still ends in good order', async () => {
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle] },
      instead: { tendCluster: () => Promise.reject(failure('CLUSTER_GONE', 'no plan on this host')) },
    });
    await handle.result();
    expect(host.reports[0]?.notes).toEqual([expect.stringContaining('no plan on this host')]);
    expect(host.calls.slice(-END.length)).toEqual(END);
    expect(brokenTasks(await handle.fetchHistory())).toEqual([]);
  });
});
