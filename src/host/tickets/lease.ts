import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicUs } from '../os/clock.js';
import { ChaosError } from '../../domain/errors.js';
import { clusterPaths, dataPaths, dataRootOf } from '../layout/paths.js';
import { describeRoom, freeRoom, reserveMark } from '../os/disk.js';
import { ownIdentity } from '../os/processes.js';
import { readStored, removeStored, writeStored } from '../os/stored.js';

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
  /** Which reserve of the disk was there when the cluster was started; absent in leases of older versions. */
  readonly reserve?: string | null;
  /** Which claim of the cluster this is: see `claim.ts`. Absent in leases of older versions. */
  readonly claim?: number;
}

export const readLease = (clusterDir: string): Lease | undefined =>
  readStored<Lease>('lease', clusterPaths(clusterDir).lease);

/** Why nothing more can be believed of this cluster's run, or null: the disk was full since the cluster was started, and its reserve was freed. */
export function whyDiskFull(clusterDir: string): string | null {
  const reserve = readLease(clusterDir)?.reserve ?? null;
  const dataRoot = dataRootOf(clusterDir);
  if (reserve === null || reserve === reserveMark(dataRoot)) return null;
  return `the disk of ${dataRoot} was full (now ${describeRoom(freeRoom(dataRoot))})`;
}

/** Throws DISK_FULL then: what a run does next would be judged by what the disk has lost. */
export function refuseFullDisk(clusterDir: string): void {
  const why = whyDiskFull(clusterDir);
  if (why !== null) throw new ChaosError('DISK_FULL', why);
}

export function writeLease(clusterDir: string, lease: Omit<Lease, 'bootId' | 'untilUs'>): void {
  const untilUs = monotonicUs() + lease.leaseMs * 1000;
  writeStored('lease', clusterPaths(clusterDir).lease, { ...lease, bootId: ownIdentity().bootId, untilUs });
}

/** Why the cluster that this run started is none any more, or null: brokers that went with it did not die by themselves. */
export function clusterEnded(clusterDir: string, runId: string): string | null {
  const lease = readLease(clusterDir);
  if (lease === undefined) return 'no worker renewed its lease, and its keeper stopped it';
  if (lease.runId !== runId) return `it is held by run ${lease.runId}`;
  return lease.bootId === ownIdentity().bootId ? null : 'the host was restarted';
}

export const endLease = (clusterDir: string): void => removeStored('lease', clusterPaths(clusterDir).lease);

export const isLeaseOver = (lease: Lease): boolean =>
  lease.bootId !== ownIdentity().bootId || monotonicUs() > lease.untilUs;

/** The refusal of who may not have the cluster now, and how to go on. */
export function heldOnHost({ cluster, runId, untilUs }: Lease): ChaosError {
  const left = Math.max(0, Math.ceil((untilUs - monotonicUs()) / 1_000_000));
  return new ChaosError(
    'CLUSTER_HELD',
    `cluster ${cluster} is held on this host by run ${runId}. End it on the Temporal server that it belongs to (robustmq-chaos cancel, with ` +
      `TEMPORAL_ADDRESS as it was for that run), or wait: if no worker renews its lease, its keeper stops the cluster in ${left} s`,
    runId,
  );
}

/** Runs that have a lease on a cluster of a data folder: a worker or a keeper works with them. */
export const leasedRuns = (dataRoot: string): string[] =>
  leasedClusters(dataPaths(dataRoot).clusters).flatMap((dir) => readLease(dir)?.runId ?? []);

/** State folders of all clusters that have a lease. */
export function leasedClusters(clustersRoot: string): string[] {
  if (!existsSync(clustersRoot)) return [];
  return readdirSync(clustersRoot)
    .map((name) => join(clustersRoot, name))
    .filter((dir) => existsSync(clusterPaths(dir).lease));
}
