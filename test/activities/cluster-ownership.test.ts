import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { createGate } from '../../testing/workflows/gate.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const onCluster = (cluster: string) => ({ plan: { cluster, scenarios: [killSingle] } });

/** The run has been at its acquireCluster for so long that this has heartbeat: it waits for something. */
const isWaiting = async ({ handle }: Awaited<ReturnType<Rig['startRun']>>): Promise<void> => {
  const { raw } = await handle.describe();
  expect(raw.pendingActivities).toMatchObject([{ lastHeartbeatTime: expect.anything() }]);
};

describe('a cluster whose record does not answer', () => {
  it('keeps no worker from ending that has a run waiting for it', async () => {
    const workflowId = clusterWorkflowId('mute');
    await rig.env.client.workflow.start('ClusterWorkflow', { workflowId, taskQueue: 'served by nobody' });
    const worker = await rig.createWorker('leaving');
    const run = await rig.startRun({ ...onCluster('mute'), queue: 'leaving' });
    await vi.waitFor(() => isWaiting(run), { timeout: 15_000, interval: 50 });
    // Rejects where it had to be forced.
    await worker.stop();
    await run.handle.terminate();
  });
});

describe.concurrent('a cluster that a run holds', () => {
  it('goes to exactly one of two runs that start at once', async () => {
    const gate = createGate();
    const options = { ...onCluster('contested'), gates: { preCheck: gate } };
    const runs = await Promise.all([rig.startRun(options), rig.startRun(options)]);
    const refused = await Promise.race(runs.map(({ handle }) => handle.result()));
    expect(refused.headline).toBe('REFUSED');
    gate.open();
    const results = await Promise.all(runs.map(({ handle }) => handle.result()));
    expect(results.map(({ headline }) => headline).sort()).toEqual(['PASS', 'REFUSED']);
    expect(runs.map(({ handle }) => handle.workflowId)).toContain(refused.refusedBy);
  });

  it('does not hinder a run on another cluster', async () => {
    const gate = createGate();
    const first = await rig.startRun({ ...onCluster('one'), gates: { preCheck: gate } });
    await gate.reached;
    const second = await rig.startRun(onCluster('other'));
    expect(await second.handle.result()).toMatchObject({ headline: 'PASS' });
    gate.open();
    await first.handle.result();
  });
});

describe.concurrent('a run that was terminated', () => {
  it('is replaced as holder by the next one', async () => {
    const gate = createGate();
    const dead = await rig.startRun({ ...onCluster('orphaned'), gates: { startCluster: gate } });
    await gate.reached;
    await dead.handle.terminate('by the test');
    const next = await rig.startRun(onCluster('orphaned'));
    expect(await next.handle.result()).toMatchObject({ headline: 'PASS' });
  });

  it('has its fault recovered by its scenario, and only then is its cluster given to the next run', async () => {
    const shut = createGate({ deaf: true });
    const dead = await rig.startRun({
      ...onCluster('haunted'),
      gates: { recoverFault: shut, holdFault: createGate() },
    });
    await dead.host.called('holdFault');
    await dead.handle.terminate('by the test');
    await shut.reached;
    const next = await rig.startRun(onCluster('haunted'));
    await vi.waitFor(() => isWaiting(next), { timeout: 10_000, interval: 50 });
    expect(next.host.calls).toEqual(['preparePlan', 'acquireCluster']);
    shut.open();
    expect(await next.handle.result()).toMatchObject({ headline: 'PASS' });
    expect((await rig.scenarioOf(dead.handle).describe()).status.name).toBe('CANCELLED');
    expect(dead.host.records).toMatchObject([{ verdict: { status: 'cancelled' } }]);
  });
});
