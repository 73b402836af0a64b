import { pruneRuns, type Pruned, type PruneRequest } from '../host/data/retention.js';
import { historyMaker } from '../report/history-files.js';

export type RetentionTask = Omit<PruneRequest, 'maker' | 'dryRun' | 'freeBytes'>;

/** Takes away what is too old, and brings the history up to date. Where it is broken off the next one goes on. */
export const removeOld = (task: RetentionTask): Pruned => pruneRuns({ ...task, maker: historyMaker, dryRun: false });
