import { beforeEach, expect, it } from 'vitest';
import { refuseIfForeignFault } from '../../src/activities/foreign-fault.js';
import type { RunPlan } from '../../src/domain/plan.js';
import { faults } from '../../src/host/faults/index.js';
import { writeStored } from '../../src/host/os/stored.js';
import { runDir, runPaths } from '../../src/host/layout/paths.js';
import { writeTicket } from '../../src/host/tickets/store.js';
import { perform, plannedRun, serverWith } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { ticketIn } from '../../testing/tickets.js';

let dataRoot: string;
let plan: RunPlan;
beforeEach(() => {
  dataRoot = temporaryFolder();
  ({ plan } = plannedRun(dataRoot));
});

const { signal } = new AbortController();
const refuse = (of: RunPlan) =>
  perform(() => refuseIfForeignFault(faults, of, [], signal), {}, serverWith({ 'w2/t1': 'RUNNING' }));

/** A fault of an open run on another cluster. */
function faultOf(runId: string) {
  const dir = runDir(dataRoot, runId);
  writeStored('run mark', runPaths(dir).mark, { workflowId: 'w2', temporalRunId: 't1', startedAt: '' });
  const clusterDir = plan.clusterDir.replace('local', 'other');
  const ticket = ticketIn(dataRoot, { faultId: 'f7', runId, runDir: dir, clusterDir, driver: 'rehearsal' });
  writeTicket(ticket);
  return { end: () => writeTicket({ ...ticket, state: 'recovered' }) };
}

it('the fault of a run of a series on another cluster is waited for, since a series makes way', async () => {
  const fault = faultOf('chaos-series-other-r1-v1');
  const done = refuse(plan);
  setTimeout(fault.end, 700);
  await expect(done).resolves.toBeUndefined();
});

it('a run of a series is refused at once, and so is any run by the fault of another one that counts', async () => {
  faultOf('chaos-series-other-r1-v1');
  await expect(refuse({ ...plan, kind: 'series' })).rejects.toMatchObject({ code: 'CLUSTER_HELD' });
  faultOf('run-2');
  await expect(refuse(plan)).rejects.toMatchObject({ code: 'CLUSTER_HELD' });
});
