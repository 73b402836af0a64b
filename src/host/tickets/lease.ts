import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicUs } from '../os/clock.js';
import { clusterPaths } from '../layout/paths.js';
import { readJson, writeJson } from '../os/files.js';
import { ownIdentity } from '../os/processes.js';

/**
 * Says until when the processes of a cluster are wanted. A worker that works on the run renews it; the keeper stops the cluster when it ends.
 * There is a lease exactly as long as anything of the cluster may run.
 */
export interface Lease {
  readonly cluster: string;
  readonly driver: string;
  readonly runId: string;
  readonly bootId: string;
  readonly leaseMs: number;
  readonly untilUs: number;
}

export const readLease = (clusterDir: string): Lease | undefined => readJson<Lease>(clusterPaths(clusterDir).lease);

export function writeLease(clusterDir: string, lease: Omit<Lease, 'bootId' | 'untilUs'>): void {
  const untilUs = monotonicUs() + lease.leaseMs * 1000;
  writeJson(clusterPaths(clusterDir).lease, { ...lease, bootId: ownIdentity().bootId, untilUs });
}

/** Why the cluster that this run started is none any more, or null: brokers that went with it did not die by themselves. */
export function clusterEnded(clusterDir: string, runId: string): string | null {
  const lease = readLease(clusterDir);
  if (lease === undefined) return 'no worker renewed its lease, and its keeper stopped it';
  if (lease.runId !== runId) return `it is held by run ${lease.runId}`;
  return lease.bootId === ownIdentity().bootId ? null : 'the host was restarted';
}

/** Renews the lease of this run; false if its cluster is no more. */
export function renewLease(clusterDir: string, runId: string): boolean {
  const lease = readLease(clusterDir);
  if (lease === undefined || clusterEnded(clusterDir, runId) !== null) return false;
  writeLease(clusterDir, lease);
  return true;
}

export const endLease = (clusterDir: string): void => rmSync(clusterPaths(clusterDir).lease, { force: true });

export const isLeaseOver = (lease: Lease): boolean =>
  lease.bootId !== ownIdentity().bootId || monotonicUs() > lease.untilUs;

/** State folders of all clusters that have a lease. */
export function leasedClusters(clustersRoot: string): string[] {
  if (!existsSync(clustersRoot)) return [];
  return readdirSync(clustersRoot)
    .map((name) => join(clustersRoot, name))
    .filter((dir) => existsSync(clusterPaths(dir).lease));
}
