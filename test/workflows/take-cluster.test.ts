import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { clusterStatusQuery } from '../../src/messages/cluster-record.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { createGate } from '../../testing/workflows/gate.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

/** A bound on a hang, not on speed. */
const PATIENT = { timeout: 30_000 };

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

/** A run of a series that stays on its cluster, until the gate is opened. */
async function seriesOn(cluster: string) {
  const gate = createGate();
  const plan = { cluster, kind: 'series', scenarios: [killSingle] } as const;
  const { handle } = await rig.startRun({ plan, gates: { holdFault: gate } });
  await gate.reached;
  return { gate, handle };
}

const waitingOn = async (cluster: string) =>
  (await rig.env.client.workflow.getHandle(clusterWorkflowId(cluster)).query(clusterStatusQuery)).waiting?.by
    .workflowId;

describe.concurrent('a cluster that a run of a series has', () => {
  it.each(['full', 'single'] as const)('is waited for by a %s run, which says so', async (kind) => {
    const cluster = `waits-${kind}`;
    const { gate, handle: series } = await seriesOn(cluster);
    const { handle } = await rig.startRun({ plan: { cluster, kind, scenarios: [killSingle] } });
    await expect.poll(() => waitingOn(cluster), PATIENT).toBe(handle.workflowId);
    await expect
      .poll(() => handle.query(runProgressQuery), PATIENT)
      .toMatchObject({ phase: 'waiting for the cluster', notes: [expect.stringContaining(series.workflowId)] });
    gate.open();
    expect(await handle.result()).toMatchObject({ headline: 'PASS', refusedBy: null });
    expect(await waitingOn(cluster)).toBeUndefined();
  });

  it('is given to who waits no longer for it: one that was cancelled did nothing', async () => {
    const { gate, handle: series } = await seriesOn('leaves');
    const { handle, host } = await rig.startRun({ plan: { cluster: 'leaves', scenarios: [killSingle] } });
    await expect.poll(() => waitingOn('leaves'), PATIENT).toBe(handle.workflowId);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect((await handle.query(runProgressQuery)).result).toMatchObject({ headline: 'CANCELLED', jsonPath: null });
    expect(host.calls).not.toContain('preCheck');
    gate.open();
    await series.result();
  });
});

it('a run of a series waits for any other run', async () => {
  const gate = createGate();
  const full = await rig.startRun({ plan: { cluster: 'behind', scenarios: [killSingle] }, gates: { holdFault: gate } });
  await gate.reached;
  const { handle, host } = await rig.startRun({ plan: { cluster: 'behind', kind: 'series', scenarios: [killSingle] } });
  await host.called('acquireCluster');
  await expect.poll(async () => (await handle.query(runProgressQuery)).phase, PATIENT).toBe('waiting for the cluster');
  // It has no claim to be the next.
  expect(await waitingOn('behind')).toBeUndefined();
  gate.open();
  expect(await full.handle.result()).toMatchObject({ headline: 'PASS' });
  expect(await handle.result()).toMatchObject({ headline: 'PASS' });
});
