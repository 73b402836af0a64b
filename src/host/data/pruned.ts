import type { HistoryEntry } from '../../domain/history.js';
import { runPaths } from '../layout/paths.js';
import { readStoredIfAny, readStoredIfWhole } from '../os/stored.js';

/** The file `pruned.json` of a run's folder: what retention has taken away. Times are ISO 8601. */
export interface PrunedMark {
  readonly ledgersAt: string;
  /** When the report went, too; null: it is there. */
  readonly reportAt: string | null;
  /** What the history keeps of a run whose report is gone. */
  readonly entry: HistoryEntry | null;
}

/** Undefined where nothing was taken away, and where it is damaged: what is left of the run speaks for itself. */
export const prunedMark = (dir: string): PrunedMark | undefined =>
  readStoredIfWhole<PrunedMark>('pruned mark', runPaths(dir).pruned);

/** Undefined also where a newer program wrote it. */
export const prunedMarkIfAny = (dir: string): PrunedMark | undefined =>
  readStoredIfAny<PrunedMark>('pruned mark', runPaths(dir).pruned);
