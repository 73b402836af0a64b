import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isNewer } from '../../domain/format.js';
import type { HistoryBreaker, HistoryEntry, HistoryIndex } from '../../domain/history.js';
import type { ReportFile } from '../../domain/report-data.js';
import { HISTORY_JSON, RUNS_FOLDER } from '../../domain/run-files.js';
import { writeText } from '../os/files.js';
import { readStoredIfAny, readStoredIfWhole, writeStored, writeStoredText } from '../os/stored.js';
import { dataPaths, runDir, runPaths } from '../layout/paths.js';
import { prunedMark } from './pruned.js';

/** How entries and files of a history are made: pure, and none of this room's business. */
export interface HistoryMaker {
  readonly entryOf: (report: ReportFile) => HistoryEntry;
  readonly filesOf: (
    entries: readonly HistoryEntry[],
    options: { readonly runsAt: string; readonly breakers: readonly HistoryBreaker[] },
  ) => ReadonlyMap<string, string>;
}

/**
 * Keeps what was last known of a cluster's breaker, and of the verdict that is waited for, beside the runs: the history can say it without a Temporal
 * server. Returns whether that is new.
 */
export function noteBreaker(root: string, breaker: HistoryBreaker): boolean {
  const noted = notedBreakers(root);
  const before = noted.find((b) => b.cluster === breaker.cluster);
  if (isDeepStrictEqual(before, breaker)) return false;
  writeStored('breakers', dataPaths(root).breakers, [...noted.filter((b) => b !== before), breaker]);
  return true;
}

/** What was last known of each cluster. */
export const notedBreakers = (root: string): readonly HistoryBreaker[] =>
  readStoredIfAny<HistoryBreaker[]>('breakers', dataPaths(root).breakers) ?? [];

/** What the history keeps of every run of a data folder: read from its index where that has it, else from the report. */
export function historyEntries(
  dataRoot: string,
  maker: Pick<HistoryMaker, 'entryOf'>,
  changed: readonly string[] = [],
): HistoryEntry[] {
  const { root, runs, historyJson } = dataPaths(dataRoot);
  const index = readStoredIfWhole<HistoryIndex>('history', historyJson);
  const kept = new Map((index?.runs ?? []).map((entry) => [entry.run_id, entry]));
  return (existsSync(runs) ? readdirSync(runs) : []).flatMap((runId) => {
    try {
      const known = changed.includes(runId) ? undefined : kept.get(runId);
      return entryFrom(runDir(root, runId), maker, known) ?? [];
    } catch (error) {
      // Of what a newer program wrote, the history keeps what that program has entered.
      if (isNewer(error)) return kept.get(runId) ?? [];
      throw error;
    }
  });
}

/** The entry of a run from its folder; `known`: as the index has it, so that its report need not be read. */
function entryFrom(
  dir: string,
  maker: Pick<HistoryMaker, 'entryOf'>,
  known: HistoryEntry | undefined,
): HistoryEntry | undefined {
  const { entry, reportAt } = prunedMark(dir) ?? {};
  if (entry != null && reportAt != null) return { ...entry, pruned_at: reportAt };
  const { reportJson } = runPaths(dir);
  if (!existsSync(reportJson)) return undefined;
  if (known !== undefined) return known;
  const report = readStoredIfWhole<ReportFile>('report', reportJson);
  // Damaged, or of a format before this one: listed by nobody, but no reason to fail.
  const isWhole =
    report?.schema === 'robustmq-chaos-report/1' && Array.isArray(report.scenarios) && 'details' in report;
  // A run of a series is no part of it, wherever it lies.
  return isWhole && report.details.plan.kind !== 'series' ? maker.entryOf(report) : undefined;
}

/**
 * Brings the history of a data folder up to date: what it lists already is kept as it is, but for the runs named in `changed`, runs that it lacks are
 * read, runs whose folder is gone go, and those that retention removed stay. So it becomes right again if two runs ended at once, and a year of runs is not read for each new one.
 */
export function refreshHistory(dataRoot: string, maker: HistoryMaker, changed: readonly string[] = []): HistoryEntry[] {
  const { root } = dataPaths(dataRoot);
  const entries = historyEntries(dataRoot, maker, changed);
  const breakers = notedBreakers(dataRoot);
  for (const [name, text] of maker.filesOf(entries, { runsAt: `${RUNS_FOLDER}/`, breakers })) {
    if (name === HISTORY_JSON) writeStoredText('history', join(root, name), text);
    else writeText(join(root, name), text);
  }
  return entries;
}
