import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryBreaker, HistoryEntry, HistoryIndex } from '../../domain/history.js';
import type { ReportFile } from '../../domain/report-data.js';
import { readJson, writeJson, writeText } from '../os/files.js';
import { dataPaths } from './paths.js';

/** How entries and files of a history are made: pure, and none of this room's business. */
export interface HistoryMaker {
  readonly entryOf: (report: ReportFile) => HistoryEntry;
  readonly filesOf: (
    entries: readonly HistoryEntry[],
    options: { readonly runsAt: string; readonly breakers: readonly HistoryBreaker[] },
  ) => ReadonlyMap<string, string>;
}

const breakersFile = (root: string): string => join(root, 'breakers.json');

/** Keeps what was last known of a cluster's breaker beside the runs, so that the history can say it without a Temporal server. */
export function noteBreaker(root: string, breaker: HistoryBreaker): void {
  const others = (readOrNothing<HistoryBreaker[]>(breakersFile(root)) ?? []).filter(
    (b) => b.cluster !== breaker.cluster,
  );
  writeJson(breakersFile(root), [...others, breaker]);
}

/** What can be made again, or is of one run alone, keeps nobody from the rest by being damaged. */
function readOrNothing<T>(path: string): T | undefined {
  try {
    return readJson<T>(path);
  } catch {
    return undefined;
  }
}

const hasReport = (runs: string, runId: string): boolean => existsSync(join(runs, runId, 'report.json'));

/**
 * Brings the history of a data folder up to date: what it lists already is kept as it is, but for the runs named in `anew`, runs that it lacks are
 * read, runs whose folder is gone go. So it mends itself if two runs ended at once, and a year of runs is not read for each new one.
 */
export function refreshHistory(dataRoot: string, maker: HistoryMaker, anew: readonly string[] = []): HistoryEntry[] {
  const { root, runs } = dataPaths(dataRoot);
  const index = readOrNothing<HistoryIndex>(join(root, 'index.json'));
  const present = existsSync(runs) ? readdirSync(runs).filter((runId) => hasReport(runs, runId)) : [];
  const kept = new Map((index?.runs ?? []).map((entry) => [entry.run_id, entry]));
  const entries = present.flatMap((runId) => {
    const known = anew.includes(runId) ? undefined : kept.get(runId);
    if (known !== undefined) return [known];
    const report = readOrNothing<ReportFile>(join(runs, runId, 'report.json'));
    // Damaged, or of a format before this one: listed by nobody, but no reason to fail.
    return report?.schema === 'robustmq-chaos-report/1' && Array.isArray(report.scenarios) && 'details' in report
      ? [maker.entryOf(report)]
      : [];
  });
  const breakers = readOrNothing<HistoryBreaker[]>(breakersFile(root)) ?? [];
  for (const [name, text] of maker.filesOf(entries, { runsAt: 'runs/', breakers })) writeText(join(root, name), text);
  return entries;
}
