import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { monotonicUs } from '../../../src/host/os/clock.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { faults } from '../../../src/host/faults/index.js';
import { recoverAbandoned } from '../../../src/host/lifecycle/abandoned-faults.js';
import { describeTicket, openOnHost, readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { temporaryFolder } from '../../../testing/processes.js';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

/** A ticket of a cluster that is stopped: its recovery succeeds at once. */
function ticket(cluster: string, faultId: string, change: Partial<FaultTicket> = {}): FaultTicket {
  const nowUs = monotonicUs();
  const written: FaultTicket = {
    targets: ['n2'],
    injector: 'sigkill',
    reason: 'because',
    before: {},
    faultId,
    kind: 'broker-kill',
    params: {},
    scenario: 'kill',
    target: 'robustmq-server',
    runId: `run-of-${faultId}`,
    runDir: join(root, 'runs', `run-of-${faultId}`),
    clusterDir: join(root, 'clusters', cluster),
    driver: 'nats',
    bootId: ownIdentity().bootId,
    state: 'injected',
    plannedAt: '2026-11-22T12:00:00.000Z',
    plannedUs: nowUs,
    deadlineUs: nowUs + 60_000_000,
    hardCapUs: nowUs + 90_000_000,
    graceMs: 30_000,
    recoveryBudgetMs: 1000,
    injectedAt: '2026-11-22T12:00:01.000Z',
    injectedUs: nowUs,
    recoveredAt: null,
    seenOnUs: null,
    recoveredUs: null,
    recoveredBy: null,
    healed: [],
    died: [],
    lastRecoverError: null,
    ...change,
  };
  writeTicket(written);
  return written;
}

const stateOf = ({ clusterDir, faultId }: FaultTicket) => readTicket(clusterDir, faultId)?.state;
const ofNobody = () => Promise.resolve(false);

describe('what is open on a host', () => {
  it('is found in every cluster of the data folder, and what is over is not', () => {
    ticket('a', 'one');
    ticket('b', 'two', { state: 'stuck' });
    ticket('b', 'three', { state: 'recovered' });
    expect(openOnHost(root).map(({ faultId }) => faultId)).toEqual(['one', 'two']);
    expect(openOnHost(join(root, 'elsewhere'))).toEqual([]);
  });

  it('is described with what, where, since when, until when and whose', () => {
    expect(describeTicket(ticket('a', 'one'))).toBe(
      'one: broker-kill by sigkill on n2, injected, since 2026-11-22T12:00:01.000Z, until 2026-11-22T12:01:00.000Z, run run-of-one',
    );
    expect(describeTicket(ticket('a', 'two', { injectedAt: null, state: 'planned' }))).toContain(
      'planned, planned 2026-11-22T12:00:00.000Z',
    );
  });
});

describe('whoever starts', () => {
  it('recovers what is past its deadline, or of an earlier boot, and leaves a fault in its window alone', async () => {
    const late = ticket('a', 'late', { deadlineUs: monotonicUs() - 1 });
    const old = ticket('b', 'old', { bootId: 'another-boot' });
    const live = ticket('c', 'live');
    const done = await recoverAbandoned(faults, openOnHost(root), 'worker', ofNobody);
    expect(done.map(({ ticket: { faultId }, error }) => [faultId, error])).toEqual([
      ['late', null],
      ['old', null],
    ]);
    expect([late, old, live].map(stateOf)).toEqual(['recovered', 'recovered', 'injected']);
    expect(readTicket(late.clusterDir, 'late')).toMatchObject({ recoveredBy: 'worker' });
  });

  it('recovers what belongs to a run that is closed, and only that', async () => {
    const closed = ticket('a', 'closed');
    const open = ticket('b', 'open');
    const isAbandoned = ({ runId }: FaultTicket) => Promise.resolve(runId === 'run-of-closed');
    await recoverAbandoned(faults, openOnHost(root), 'worker', isAbandoned);
    expect([closed, open].map(stateOf)).toEqual(['recovered', 'injected']);
  });

  it('goes on with the next one when one resists, and says which and why', async () => {
    ticket('a', 'strange', { kind: 'moon-phase', deadlineUs: 0 });
    const other = ticket('b', 'late', { deadlineUs: 0 });
    const done = await recoverAbandoned(faults, openOnHost(root), 'worker', ofNobody);
    expect(done.map(({ error }) => error)).toEqual([expect.stringContaining('unknown fault moon-phase'), null]);
    expect(stateOf(other)).toBe('recovered');
  });
});
