import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { actIf, claimCluster, claimOf, endClaim, renewLease } from '../../../src/host/tickets/claim.js';
import { dirtyMark, markDirty } from '../../../src/host/tickets/dirty-mark.js';
import { endLease, readLease, writeLease, type Lease } from '../../../src/host/tickets/lease.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';

let dir: string;
let stops: number;
beforeEach(() => {
  dir = join(temporaryFolder(), 'clusters', 'local');
  stops = 0;
});

const stop = (): Promise<void> => Promise.resolve(void (stops += 1));
const of = (runId: string, leaseMs = 60_000) => ({ cluster: 'local', driver: 'nats', runId, leaseMs });
const claim = (runId: string, leaseMs?: number): Promise<number> => claimCluster(dir, of(runId, leaseMs), stop);
const lease = (): Lease => readLease(dir) as Lease;
const always = (): boolean => true;

/** A hold of the lease that lasts until it is told to end. */
function hold(): { end: () => void; ended: Promise<boolean> } {
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  return { end, ended: actIf(dir, always, () => held) };
}

describe('a claim of a cluster', () => {
  it('stops what ran there, takes the dirty mark away, and has a number that only grows', async () => {
    markDirty(dir, { faultId: 'f', runId: 'r', at: '', why: 'not proved' });
    expect(await claim('run-1')).toBe(1);
    expect(stops).toBe(1);
    expect(dirtyMark(dir)).toBeUndefined();
    expect(lease()).toMatchObject({ runId: 'run-1', claim: 1 });
    expect(await claim('run-1')).toBe(2);
    endLease(dir);
    expect(await claim('run-2')).toBe(3);
    expect(claimOf(lease())).toBe(3);
  });

  it('is refused while another run has the cluster, and stops nothing then', async () => {
    await claim('run-1');
    expect(await errorOf(claim('run-2'))).toMatch(/^CLUSTER_HELD cluster local is held on this host by run run-1/);
    expect(stops).toBe(1);
    expect(lease()).toMatchObject({ runId: 'run-1', claim: 1 });
  });

  it('follows a lease that is over, and one of an older version', async () => {
    await claim('run-1', -1);
    expect(await claim('run-2', -1)).toBe(2);
    writeLease(dir, of('run-old', -1));
    expect(claimOf(lease())).toBe(0);
    expect(await claim('run-3')).toBe(3);
  });

  it('leaves no lease where what ran there could not be stopped, and its number is not used again', async () => {
    await expect(claimCluster(dir, of('run-1'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readLease(dir)).toBeUndefined();
    expect(await claim('run-1')).toBe(2);
  });
});

describe('a lease', () => {
  it('is renewed by its own run alone, and by its own claim alone', async () => {
    const first = await claim('run-1', 1000);
    const { untilUs } = lease();
    expect(await renewLease(dir, 'run-2')).toBe(false);
    expect(lease().untilUs).toBe(untilUs);
    expect(await renewLease(dir, 'run-1', first)).toBe(true);
    expect(lease().untilUs).toBeGreaterThan(untilUs);
    const second = await claim('run-1');
    expect(await renewLease(dir, 'run-1', first)).toBe(false);
    expect(await renewLease(dir, 'run-1', second)).toBe(true);
    expect(lease().claim).toBe(second);
  });

  it('that was given up while somebody was about to renew it stays given up', async () => {
    await claim('run-1');
    const { end, ended } = hold();
    const renewed = renewLease(dir, 'run-1');
    endLease(dir);
    end();
    await ended;
    expect(await renewed).toBe(false);
    expect(readLease(dir)).toBeUndefined();
  });
});

describe('the end of a claim', () => {
  it('stops the cluster and gives the lease up', async () => {
    await claim('run-1');
    expect(await endClaim(dir, always, stop)).toBe(true);
    expect(stops).toBe(2);
    expect(readLease(dir)).toBeUndefined();
  });

  it('is judged in the same hold as it is done: a claim that came in between is let alone', async () => {
    await claim('run-1', -1);
    const judged = claimOf(lease());
    const { end, ended } = hold();
    // Both wait for the hold, in this order.
    const next = claim('run-2');
    const stale = endClaim(dir, (now) => claimOf(now) === judged, stop);
    end();
    await ended;
    expect(await next).toBe(2);
    expect(await stale).toBe(false);
    expect(lease()).toMatchObject({ runId: 'run-2', claim: 2 });
    expect(stops).toBe(2);
  });
});
