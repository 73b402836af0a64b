import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { HistoryBreaker, HistoryEntry, HistoryIndex } from '../../domain/history.js';
import type { ReportFile } from '../../domain/report-data.js';
import { RUNS_FOLDER } from '../../domain/run-files.js';
import { readIfWhole, writeJson, writeText } from '../os/files.js';
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
  writeJson(dataPaths(root).breakers, [...noted.filter((b) => b !== before), breaker]);
  return true;
}

/** What was last known of each cluster. */
export const notedBreakers = (root: string): readonly HistoryBreaker[] =>
  readIfWhole<HistoryBreaker[]>(dataPaths(root).breakers) ?? [];

const reportOf = (root: string, runId: string): string => runPaths(runDir(root, runId)).reportJson;

/** What the history keeps of every run of a data folder: read from its index where that has it, else from the report. */
export function historyEntries(
  dataRoot: string,
  maker: Pick<HistoryMaker, 'entryOf'>,
  changed: readonly string[] = [],
): HistoryEntry[] {
  const { root, runs, historyJson } = dataPaths(dataRoot);
  const index = readIfWhole<HistoryIndex>(historyJson);
  const kept = new Map((index?.runs ?? []).map((entry) => [entry.run_id, entry]));
  return (existsSync(runs) ? readdirSync(runs) : []).flatMap((runId) => {
    const { entry, reportAt } = prunedMark(runDir(root, runId)) ?? {};
    if (entry != null && reportAt != null) return [{ ...entry, pruned_at: reportAt }];
    if (!existsSync(reportOf(root, runId))) return [];
    const known = changed.includes(runId) ? undefined : kept.get(runId);
    if (known !== undefined) return [known];
    const report = readIfWhole<ReportFile>(reportOf(root, runId));
    // Damaged, or of a format before this one: listed by nobody, but no reason to fail.
    return report?.schema === 'robustmq-chaos-report/1' && Array.isArray(report.scenarios) && 'details' in report
      ? [maker.entryOf(report)]
      : [];
  });
}

/**
 * Brings the history of a data folder up to date: what it lists already is kept as it is, but for the runs named in `changed`, runs that it lacks are
 * read, runs whose folder is gone go, and those that retention removed stay. So it becomes right again if two runs ended at once, and a year of runs is not read for each new one.
 */
export function refreshHistory(dataRoot: string, maker: HistoryMaker, changed: readonly string[] = []): HistoryEntry[] {
  const { root } = dataPaths(dataRoot);
  const entries = historyEntries(dataRoot, maker, changed);
  const breakers = notedBreakers(dataRoot);
  for (const [name, text] of maker.filesOf(entries, { runsAt: `${RUNS_FOLDER}/`, breakers }))
    writeText(join(root, name), text);
  return entries;
}
