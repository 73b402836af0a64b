import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dirtyMark, markDirty, clearDirty } from '../../../src/host/tickets/dirty-mark.js';
import { createAwareness, isAware } from '../../../src/host/tickets/awareness.js';
import { confirmKeeper, keeperOf } from '../../../src/host/keeper/control.js';
import { endLease, writeLease } from '../../../src/host/tickets/lease.js';
import { ownIdentity, signalProcess, waitGone, type ProcessId } from '../../../src/host/os/processes.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { temporaryFolder, until } from '../../../testing/processes.js';

let dir: string;
beforeEach(() => {
  dir = join(temporaryFolder(), 'clusters', 'aware');
});
afterEach(() => {
  endLease(dir);
});

/** As much of a ticket as a keeper looks at. */
const open = (faultId: string, kind = 'broker-kill', driver = 'nats'): void => {
  const untilUs = monotonicUs() + 600_000_000;
  const what = { kind, driver, clusterDir: dir, runDir: join(dir, 'run') };
  const ticket = { faultId, ...what, state: 'planned', deadlineUs: untilUs };
  writeTicket({ ...ticket, bootId: ownIdentity().bootId } as unknown as FaultTicket);
};

describe('a keeper', () => {
  it('is aware of what it said itself, not of what another one had said, nor of anything else', () => {
    createAwareness(dir)({ faultIds: ['a'] });
    expect(isAware(dir, ownIdentity(), 'a')).toBe(true);
    expect(isAware(dir, ownIdentity(), 'b')).toBe(false);
    expect(isAware(dir, { ...ownIdentity(), startTicks: 1 }, 'a')).toBe(false);
  });

  it('that lives has to have read a ticket before anything is injected; a dead one is replaced, and reads it anew', async () => {
    writeLease(dir, { cluster: 'aware', driver: 'nats', runId: 'run', leaseMs: 60_000 });
    open('a');
    await confirmKeeper(dir, 'a');
    const first = keeperOf(dir) as ProcessId;
    expect(isAware(dir, first, 'a')).toBe(true);
    signalProcess(first, 'SIGKILL');
    await waitGone(first, 5000);
    await confirmKeeper(dir, 'a');
    const second = keeperOf(dir) as ProcessId;
    expect(second.pid).not.toBe(first.pid);
    expect(isAware(dir, second, 'a')).toBe(true);
    // It stays for the open ticket, lease or not; then it goes.
    writeTicket({ faultId: 'a', clusterDir: dir, runDir: join(dir, 'run'), state: 'recovered' } as FaultTicket);
    endLease(dir);
    await until('it goes', () => keeperOf(dir) === undefined);
  }, 30_000);

  it('does not vouch for a fault, a driver or an injector that it does not know, and says so at once', async () => {
    writeLease(dir, { cluster: 'aware', driver: 'nats', runId: 'run', leaseMs: 60_000 });
    open('kind', 'fault-of-tomorrow');
    open('driver', 'broker-kill', 'broker-of-tomorrow');
    open('known');
    await confirmKeeper(dir, 'known');
    expect(await errorOf(confirmKeeper(dir, 'kind'))).toMatch(
      /INJECT_FAILED expected a keeper that can end kind, got one of version \d.*does not know the fault fault-of-tomorrow/,
    );
    expect(await errorOf(confirmKeeper(dir, 'driver'))).toMatch(/expected .*nats .*got broker-of-tomorrow/);
    for (const faultId of ['kind', 'driver', 'known'])
      writeTicket({ faultId, clusterDir: dir, runDir: join(dir, 'run'), state: 'recovered' } as FaultTicket);
  }, 40_000);

  it('that never reads a ticket lets nothing be injected', async () => {
    writeLease(dir, { cluster: 'aware', driver: 'nats', runId: 'run', leaseMs: 60_000 });
    open('a');
    await confirmKeeper(dir, 'a');
    // The keeper is at work, and reads what there is four times a second.
    expect(await errorOf(confirmKeeper(dir, 'nowhere', 2000))).toMatch(
      /INJECT_FAILED expected a keeper that knows of nowhere within 2000 ms.*it has not read the ticket/,
    );
    writeTicket({ faultId: 'a', clusterDir: dir, runDir: join(dir, 'run'), state: 'recovered' } as FaultTicket);
  }, 40_000);
});

describe('a dirty cluster', () => {
  it('keeps the first reason until it is stopped', () => {
    const mark = { faultId: 'a', runId: 'run', at: '2026-11-22T12:00:00.000Z', why: 'n2 is gone' };
    markDirty(dir, mark);
    markDirty(dir, { ...mark, faultId: 'b' });
    expect(dirtyMark(dir)).toEqual(mark);
    clearDirty(dir);
    expect(dirtyMark(dir)).toBeUndefined();
  });
});
