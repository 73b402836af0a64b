import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { BREAKER_NOTE } from '../../src/domain/schedule.js';
import { clusterStatusQuery } from '../../src/messages/cluster-record.js';
import { CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { breakerRuns } from '../../testing/workflows/breaker-runs.js';
import { createGate } from '../../testing/workflows/gate.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const { runOn, statusOf, breakerOf, scheduleOf, noteOf } = breakerRuns(() => rig);

const onCluster = (cluster: string) => ({ plan: { cluster, scenarios: [killSingle] } });

const holderOf = async (cluster: string): Promise<string | undefined> =>
  (await rig.env.client.workflow.getHandle(clusterWorkflowId(cluster)).query(clusterStatusQuery)).holder?.workflowId;

describe.concurrent('a run is refused', () => {
  it('by another one that holds the cluster: with its id, and without a report', async () => {
    const gate = createGate();
    const first = await rig.startRun({ ...onCluster('held'), gates: { holdFault: gate } });
    await gate.reached;
    const second = await rig.startRun(onCluster('held'));
    const refused = await second.handle.result();
    for (const way of ['status', `cancel ${first.handle.workflowId}`])
      expect(refused.summary).toContain(`robustmq-chaos ${way} --config`);
    expect(refused.summary).toContain('--cancel-first');
    expect(refused).toMatchObject({
      headline: 'REFUSED',
      refusedBy: first.handle.workflowId,
      runPassed: false,
      jsonPath: null,
    });
    expect(second.host.calls).toEqual(['preparePlan', 'acquireCluster']);
    expect((await second.handle.describe()).typedSearchAttributes.get(CHAOS_STATE)).toBe('refused');
    expect(await holderOf('held')).toBe(first.handle.workflowId);
    gate.open();
    expect(await first.handle.result()).toMatchObject({ headline: 'PASS' });
    expect(await holderOf('held')).toBeUndefined();
  });

  it('by the host, where another Temporal server has the cluster: nothing is stopped, nothing reported', async () => {
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

  it('by the open breaker, with the paused run and how to resume; a single scenario may run, and is not counted', async () => {
    const paused = await breakerOf('refusing');
    const full = await runOn('refusing');
    const refused = await full.handle.result();
    expect(refused).toMatchObject({ headline: 'REFUSED', refusedBy: paused.handle.workflowId });
    expect(refused.summary).toContain('robustmq-chaos resume');
    expect(full.host.calls).toEqual(['preparePlan', 'acquireCluster', 'pauseSchedule']);
    const single = await runOn('refusing', { plan: { kind: 'single' } });
    expect(await single.handle.result()).toMatchObject({ headline: 'PASS' });
    expect((await statusOf('refusing')).breaker).toMatchObject({ consecutiveFailures: 3, state: { kind: 'open' } });
  });

  it('by the open breaker, and a schedule that somebody has set going by hand is paused again', async () => {
    const schedule = await scheduleOf('by hand');
    const run = await breakerOf('by hand');
    await schedule.unpause('let us see');
    const refused = await (await runOn('by hand')).handle.result();
    expect(refused.summary).toContain('the schedule was paused');
    expect((await noteOf(schedule))?.startsWith(BREAKER_NOTE)).toBe(true);
    await run.handle.terminate();
  });
});
