import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, it } from 'vitest';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { createGate } from '../workflows/support/gate.js';
import { killSingle } from '../workflows/support/plans.js';
import { createRig, TEMPORAL_PATH, type Rig } from '../workflows/support/rig.js';

/** More than the longest history; the default of 1 MiB is not. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

async function record(name: string, { workflowId }: Pick<WorkflowHandle, 'workflowId'>): Promise<void> {
  const args = ['workflow', 'show', '-w', workflowId, '--output', 'json', '--address', rig.env.address];
  const { stdout } = await promisify(execFile)(TEMPORAL_PATH, args, { maxBuffer: MAX_OUTPUT_BYTES });
  await writeFile(fileURLToPath(new URL(`./${name}.json`, import.meta.url)), stdout);
}

it('a full run that passes', async () => {
  const { handle, host } = await rig.startRun();
  await handle.result();
  await record('run-passed', handle);
  await record('scenario-passed', rig.scenarioOf(handle));
  await record('cluster', { workflowId: clusterWorkflowId(host.plan.cluster) });
});

it('a run whose first scenario left the cluster unfit', async () => {
  let recovered = 0;
  const answer = { at: '', us: 2_000_000, recoveredBy: null, healed: [] };
  const { handle } = await rig.startRun({
    instead: { recoverFault: async () => ({ ...answer, error: ++recovered === 1 ? 'n2 is not back' : null }) },
  });
  await handle.result();
  await record('run-new-cluster', handle);
  await record('scenario-recover-error', rig.scenarioOf(handle));
});

it('a scenario whose inject fails', async () => {
  const { handle } = await rig.startScenario({
    instead: { injectFault: async () => ({ injectedAt: null, injectedUs: null, error: 'no such process' }) },
  });
  await handle.result();
  await record('scenario-inject-error', handle);
});

it('a run that is cancelled while its fault holds', async () => {
  const gate = createGate();
  const { handle } = await rig.startRun({ plan: { scenarios: [killSingle] }, gates: { holdFault: gate } });
  await gate.reached;
  await handle.cancel();
  await handle.result().catch(() => undefined);
  await record('run-cancelled', handle);
  await record('scenario-cancelled', rig.scenarioOf(handle));
});
