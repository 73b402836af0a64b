import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CHAOS_QUEUE, clusterWorkflowId } from '../../src/domain/ids.js';
import type { Watch } from '../../src/domain/overdue.js';
import { clusterStatusQuery, recordUnplannedUpdate } from '../../src/messages/cluster-record.js';
import { resumeSignal } from '../../src/messages/resume.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import type { clusterWorkflow } from '../../src/workflows/cluster.js';
import { createGate } from '../../testing/workflows/gate.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, TEMPORAL_PATH, type Rig } from '../../testing/workflows/rig.js';
import { failure } from '../../testing/workflows/stub-host.js';

/** More than the longest history; the default of 1 MiB is not. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Everything but the run that is to grow is shorter; with so many events a paused run continues as new. */
const LONG = 300;

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ dynamicConfig: [`limit.historyCount.suggestContinueAsNew=${LONG}`] });
});
afterAll(() => rig.close());

interface Execution {
  readonly workflowId: string;
  /** Temporal's own; absent: the latest. */
  readonly runId?: string;
}

async function recordHistory(name: string, { workflowId, runId }: Execution): Promise<void> {
  const which = ['-w', workflowId, ...(runId === undefined ? [] : ['-r', runId])];
  const args = ['workflow', 'show', ...which, '--output', 'json', '--address', rig.env.address];
  const { stdout } = await promisify(execFile)(TEMPORAL_PATH, args, { maxBuffer: MAX_OUTPUT_BYTES });
  // Stack traces name the folder that the program lies in, which is nobody else's.
  const text = stdout.replaceAll(fileURLToPath(new URL('../../', import.meta.url)), '');
  await writeFile(fileURLToPath(new URL(`./${name}.json`, import.meta.url)), text);
}

it('a full run that passes', async () => {
  const { handle, host } = await rig.startRun();
  await handle.result();
  await recordHistory('run-passed', handle);
  await recordHistory('scenario-passed', rig.scenarioOf(handle));
  await recordHistory('cluster', { workflowId: clusterWorkflowId(host.plan.cluster) });
});

it('a run whose first scenario left the cluster unfit', async () => {
  let recovered = 0;
  const answer = { recoveredAt: '', recoveredUs: 2_000_000, recoveredBy: null, healed: [], died: [] };
  const { handle } = await rig.startRun({
    instead: { recoverFault: async () => (++recovered === 1 ? { error: 'n2 is not back' } : { ...answer, error: null }) },
  });
  await handle.result();
  await recordHistory('run-new-cluster', handle);
  await recordHistory('scenario-recover-error', rig.scenarioOf(handle));
});

it('a scenario whose inject fails', async () => {
  const { handle } = await rig.startScenario({
    instead: { injectFault: async () => ({ injectedAt: null, injectedUs: null, error: 'no such process' }) },
  });
  await handle.result();
  await recordHistory('scenario-inject-error', handle);
});

it('a run that is cancelled while its fault holds', async () => {
  const gate = createGate();
  const { handle } = await rig.startRun({ plan: { scenarios: [killSingle] }, gates: { holdFault: gate } });
  await gate.reached;
  await handle.cancel();
  await handle.result().catch(() => undefined);
  await recordHistory('run-cancelled', handle);
  await recordHistory('scenario-cancelled', rig.scenarioOf(handle));
});

it('a third failed run that is paused, and resumed by a signal; a run that was refused meanwhile', async () => {
  const startCluster = (): Promise<never> => Promise.reject(failure('CLUSTER_START_FAILED', 'n3 exited with 101'));
  const plan = { cluster: 'failing', scenarios: [killSingle] };
  const cluster = { workflowId: clusterWorkflowId('failing') };
  for (let failed = 0; failed < 2; failed += 1) {
    await (await rig.startRun({ plan, instead: { startCluster } })).handle.result();
  }
  const { handle } = await rig.startRun({ plan, instead: { startCluster } });
  // The breaker is open before the run has told people and waits for them.
  await vi.waitFor(async () => expect((await handle.query(runProgressQuery)).phase).toBe('paused'), { timeout: 15_000 });
  const refused = await rig.startRun({ plan });
  await refused.handle.result();
  await handle.signal(resumeSignal, { by: 'ann', reason: 'disk replaced' });
  await handle.result();
  await recordHistory('run-paused', handle);
  await recordHistory('run-refused', refused.handle);
  await recordHistory('cluster-breaker', cluster);
});

it('a run that is paused for so long that it continues as new, and is then resumed', async () => {
  const startCluster = (): Promise<never> => Promise.reject(failure('CLUSTER_START_FAILED', 'n3 exited with 101'));
  const plan = { cluster: 'long', scenarios: [killSingle] };
  for (let failed = 0; failed < 2; failed += 1) {
    await (await rig.startRun({ plan, instead: { startCluster } })).handle.result();
  }
  const { handle } = await rig.startRun({ plan, instead: { startCluster } });
  const { workflowId } = handle;
  await vi.waitFor(async () => expect((await handle.query(runProgressQuery)).phase).toBe('paused'), { timeout: 15_000 });
  const runId = (await handle.describe()).runId;
  // Whatever is sent to it makes its history longer.
  await vi.waitFor(
    async () => {
      await handle.signal(resumeSignal, { by: '', reason: '' });
      expect((await handle.describe()).runId).not.toBe(runId);
    },
    { timeout: 30_000, interval: 50 },
  );
  await handle.signal(resumeSignal, { by: 'ann', reason: 'disk replaced' });
  await handle.result();
  await recordHistory('run-paused-long', { workflowId, runId });
  await recordHistory('run-paused-on', { workflowId });
});

it('a record that is told of a round without a plan, and whose verdict is overdue', async () => {
  const everyMs = 14_400_000;
  const seen = { kind: 'on', everyMs, configPath: '/srv/chaos/config.yml' } as const;
  rig.hostOfSchedule('watched', { instead: { lookAtSchedule: () => Promise.resolve(seen) } });
  const watch: Watch = {
    nextLookAt: new Date(Date.now() + 1500).toISOString(),
    expected: { everyMs, since: '2026-11-20T00:00:00.000Z', configPath: null },
    toldSince: null,
    lastVerdict: { runId: 'a', headline: 'FAIL', finishedAt: '2026-11-27T00:00:00.000Z' },
    unplanned: null,
  };
  const record = await rig.env.client.workflow.start<typeof clusterWorkflow>('ClusterWorkflow', {
    ...{ workflowId: clusterWorkflowId('watched'), taskQueue: CHAOS_QUEUE },
    args: [{ cluster: 'watched', holder: null, watch }],
  });
  const round = { workflowId: 'b', problem: '/srv/chaos/config.yml: 1 problem', configPath: '/srv/chaos/config.yml' };
  await record.executeUpdate(recordUnplannedUpdate, { args: [round] });
  const watchNow = async (): Promise<Watch> => (await record.query(clusterStatusQuery)).watch;
  await vi.waitFor(async () => expect((await watchNow()).toldSince).not.toBeNull(), { timeout: 15_000 });
  await recordHistory('cluster-watched', record);
});
