import { beforeEach, describe, expect, it } from 'vitest';
import { recoverAbandonedFaults, runStateOf } from '../../src/activities/run-state.js';
import { runDir, runPaths } from '../../src/host/layout/paths.js';
import { monotonicUs } from '../../src/host/os/clock.js';
import { writeJson } from '../../src/host/os/files.js';
import { readTicket, writeTicket } from '../../src/host/tickets/store.js';
import { faults } from '../../src/host/faults/index.js';
import { serverWith } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { ticketIn } from '../../testing/tickets.js';

let dataRoot: string;
beforeEach(() => {
  dataRoot = temporaryFolder();
});

/** A run that has begun, as this host knows it. */
function begun(runId: string): string {
  const dir = runDir(dataRoot, runId);
  writeJson(runPaths(dir).mark, { workflowId: runId, temporalRunId: 't1', startedAt: '2026-11-22T12:00:00.000Z' });
  return dir;
}

describe('a run', () => {
  it.each([
    ['RUNNING', 'open'],
    ['COMPLETED', 'closed'],
    ['TERMINATED', 'closed'],
  ])('that is %s on the server is %s', async (status, state) => {
    expect(await runStateOf(serverWith({ 'r1/t1': status }), begun('r1'))).toBe(state);
  });

  it('that the server has never heard of is unknown: another server may be driving it', async () => {
    expect(await runStateOf(serverWith({ 'r1/another': 'COMPLETED' }), begun('r1'))).toBe('unknown');
    expect(await runStateOf(serverWith({ 'r1/t1': 'COMPLETED' }), runDir(dataRoot, 'never-begun'))).toBe('unknown');
  });
});

describe('a fault that is open when a worker starts', () => {
  // The cluster does not run: its fault is over with it, and there is nothing else to do than to say so.
  const open = (faultId: string, runId: string, change: Partial<Parameters<typeof writeTicket>[0]> = {}): void => {
    const clusterDir = ticketIn(dataRoot).clusterDir;
    writeTicket(
      ticketIn(dataRoot, { faultId, runId, runDir: begun(runId), clusterDir, driver: 'rehearsal', ...change }),
    );
  };
  const stateOf = (faultId: string): string | undefined => readTicket(ticketIn(dataRoot).clusterDir, faultId)?.state;

  it('is recovered if its run is closed, and left alone if that is open or unknown', async () => {
    for (const name of ['closed', 'open', 'unknown']) open(`f-${name}`, name);
    const server = serverWith({ 'closed/t1': 'COMPLETED', 'open/t1': 'RUNNING' });
    const done = await recoverAbandonedFaults(faults, dataRoot, server);
    expect(done.map(({ ticket, error }) => [ticket.faultId, error])).toEqual([['f-closed', null]]);
    expect(['f-closed', 'f-open', 'f-unknown'].map(stateOf)).toEqual(['recovered', 'injected', 'injected']);
  });

  it('is recovered past its deadline, also before the server can be asked', async () => {
    open('f-late', 'late', { deadlineUs: monotonicUs() - 1 });
    open('f-early', 'early');
    const done = await recoverAbandonedFaults(faults, dataRoot);
    expect(done.map(({ ticket }) => ticket.faultId)).toEqual(['f-late']);
    expect(stateOf('f-early')).toBe('injected');
  });
});
