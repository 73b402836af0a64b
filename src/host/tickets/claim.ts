import { clusterPaths } from '../layout/paths.js';
import { writeIfRoom } from '../os/files.js';
import { withLock } from '../os/lock.js';
import { readStored, writeStored } from '../os/stored.js';
import { clearDirty } from './dirty-mark.js';
import { refuseNewerCluster } from './newer.js';
import { clusterEnded, endLease, heldOnHost, isLeaseOver, readLease, writeLease, type Lease } from './lease.js';

/** Whoever acts on a lease may have to stop a cluster in the same hold: that takes as long as its brokers take. */
const LIMIT_MS = 180_000;

/** What is read of a lease, and what is then done, are one step: nobody else changes it in between, from any process. */
const withLease = <T>(clusterDir: string, step: () => Promise<T>): Promise<T> =>
  withLock(clusterPaths(clusterDir).leaseLock, LIMIT_MS, async () => {
    refuseNewerCluster(clusterDir);
    return step();
  });

/** Which claim a lease is: the number grows with each start of the cluster, and is never used again. 0: of an older version, or no lease. */
export const claimOf = (lease: Lease | undefined): number => lease?.claim ?? 0;

/** The last number that was used; it outlives the lease. */
const lastClaim = (clusterDir: string): number =>
  Math.max(
    readStored<{ readonly last: number }>('claims', clusterPaths(clusterDir).claims)?.last ?? 0,
    claimOf(readLease(clusterDir)),
  );

/**
 * Claims the cluster for a run, once `free` has stopped what ran there before. From then on every earlier claim, also one of the same run, is superseded.
 * Rejects with CLUSTER_HELD if another run has it.
 */
export const claimCluster = (
  clusterDir: string,
  lease: Omit<Lease, 'bootId' | 'untilUs' | 'claim'>,
  free: () => Promise<void>,
): Promise<number> =>
  withLease(clusterDir, async () => {
    const held = readLease(clusterDir);
    if (held !== undefined && held.runId !== lease.runId && !isLeaseOver(held)) {
      throw heldOnHost(held);
    }
    const claim = lastClaim(clusterDir) + 1;
    writeStored('claims', clusterPaths(clusterDir).claims, { last: claim });
    await free();
    clearDirty(clusterDir);
    writeLease(clusterDir, { ...lease, claim });
    return claim;
  });

/** Does something with a cluster if it is still as it was judged to be; else nothing, and false. */
export const actIf = (
  clusterDir: string,
  still: (lease: Lease | undefined) => boolean,
  act: () => Promise<void> | void,
): Promise<boolean> =>
  withLease(clusterDir, async () => {
    if (!still(readLease(clusterDir))) return false;
    await act();
    return true;
  });

/** Stops a cluster and gives up its lease, so that its keeper goes, too; nothing, and false, if the claim was superseded. */
export const endClaim = (
  clusterDir: string,
  still: (lease: Lease | undefined) => boolean,
  stop: () => Promise<void>,
): Promise<boolean> =>
  actIf(clusterDir, still, async () => {
    await stop();
    clearDirty(clusterDir);
    endLease(clusterDir);
  });

/**
 * Renews the lease of this run; false if its cluster is no more, or the claim was superseded. A full disk does not take it: then the run is over soon, or the
 * keeper stops the cluster.
 */
export async function renewLease(clusterDir: string, runId: string, claim?: number): Promise<boolean> {
  const isOurs = (lease: Lease | undefined): boolean =>
    clusterEnded(clusterDir, runId) === null && (claim === undefined || claimOf(lease) === claim);
  return actIf(clusterDir, isOurs, () => {
    const lease = readLease(clusterDir);
    if (lease !== undefined) writeIfRoom(() => writeLease(clusterDir, lease));
  });
}
