import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError } from '../domain/errors.js';
import type { ReportFile, RunData } from '../domain/report-data.js';
import { readJson } from './files.js';
import { dataPaths, runDir } from './paths.js';

export interface StoredRun {
  readonly runId: string;
  /** Null for a run that has no report (yet). */
  readonly data: RunData | null;
}

/** Every run of a data folder, oldest first. */
export function storedRuns(dataRoot: string): StoredRun[] {
  const { runs } = dataPaths(dataRoot);
  if (!existsSync(runs)) return [];
  const found = readdirSync(runs)
    .filter((name) => existsSync(join(runs, name, 'run.json')))
    .map((runId) => ({
      runId,
      data: readJson<ReportFile>(join(runs, runId, 'report.json'))?.details ?? null,
      startedAt: readJson<{ startedAt: string }>(join(runs, runId, 'run.json'))?.startedAt ?? '',
    }));
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt)).map(({ runId, data }) => ({ runId, data }));
}

/** The latest run that has a report. */
export const latestReport = (dataRoot: string): string | undefined =>
  storedRuns(dataRoot)
    .filter((run) => run.data !== null)
    .at(-1)?.runId;

/** One run's Markdown report; the error of an unknown id lists the latest that exist. */
export function storedReport(dataRoot: string, runId: string): { readonly data: RunData; readonly markdown: string } {
  const dir = runDir(dataRoot, runId);
  const data = readJson<ReportFile>(join(dir, 'report.json'))?.details;
  if (data !== undefined) return { data, markdown: readFileSync(join(dir, 'report.md'), 'utf8') };
  const latest = storedRuns(dataRoot)
    .slice(-5)
    .map((run) => run.runId);
  throw new ChaosError(
    'CONFIG_INVALID',
    `run: expected one with a report, got ${runId}; the latest are ${latest.join(', ') || 'none'}`,
  );
}
