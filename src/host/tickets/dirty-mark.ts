import { clusterPaths } from '../layout/paths.js';
import { readStored, removeStored, writeStored } from '../os/stored.js';

/** Why a cluster may not be used for a scenario any more: a recovery on it was not proved. */
export interface DirtyMark {
  readonly faultId: string;
  readonly runId: string;
  readonly at: string;
  readonly why: string;
}

/** Undefined for a clean cluster. The mark outlives a recovery that comes later: only a stop takes it away. */
export const dirtyMark = (clusterDir: string): DirtyMark | undefined =>
  readStored<DirtyMark>('dirty mark', clusterPaths(clusterDir).dirty);

/** The first reason stands. */
export function markDirty(clusterDir: string, mark: DirtyMark): void {
  if (dirtyMark(clusterDir) === undefined) writeStored('dirty mark', clusterPaths(clusterDir).dirty, mark);
}

/** For the caller that has stopped the cluster: what starts next is new. */
export const clearDirty = (clusterDir: string): void => removeStored('dirty mark', clusterPaths(clusterDir).dirty);
