import { existsSync, readdirSync } from 'node:fs';
import { ChaosError } from '../../domain/errors.js';
import { clusterDir as clusterDirOf, clusterPaths, dataPaths } from '../layout/paths.js';
import { newerAmong } from '../os/stored.js';
import { ticketIds } from './store.js';

/**
 * What of a cluster's state folder a newer program wrote, each a sentence. Then nobody of this program recovers, stops, starts or writes anything of this
 * cluster: what it cannot read may forbid it.
 */
export function newerOfCluster(clusterDir: string): string[] {
  const { lease, claims, state, dirty } = clusterPaths(clusterDir);
  const own = newerAmong([
    { kind: 'lease', path: lease },
    { kind: 'claims', path: claims },
    { kind: 'cluster state', path: state },
    { kind: 'dirty mark', path: dirty },
  ]);
  return [...own, ...newerTickets(clusterDir)];
}

const newerTickets = (clusterDir: string): string[] =>
  newerAmong(ticketIds(clusterDir).map((id) => ({ kind: 'ticket', path: clusterPaths(clusterDir).ticket(id) })));

/** Throws FORMAT_NEWER then. */
export function refuseNewerCluster(clusterDir: string): void {
  const newer = newerOfCluster(clusterDir);
  if (newer.length > 0) throw new ChaosError('FORMAT_NEWER', newer.join('; '));
}

/** State folders of all clusters of this data folder. */
export function clusterDirs(dataRoot: string): string[] {
  const { clusters } = dataPaths(dataRoot);
  return existsSync(clusters) ? readdirSync(clusters).map((name) => clusterDirOf(dataRoot, name)) : [];
}

/** Faults of a newer program, of whatever cluster on this host: they may be in force. */
export const newerTicketsOnHost = (dataRoot: string): string[] => clusterDirs(dataRoot).flatMap(newerTickets);

/** What a newer program wrote of every cluster on this host. */
export const newerOnHost = (dataRoot: string): string[] => clusterDirs(dataRoot).flatMap(newerOfCluster);
