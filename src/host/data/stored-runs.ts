import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError } from '../../domain/errors.js';
import { isNewer } from '../../domain/format.js';
import type { ReportFile, RunData } from '../../domain/report-data.js';
import { REPORT_MARKDOWN } from '../../domain/run-files.js';
import { readStored } from '../os/stored.js';
import { dataPaths, runDir, runPaths } from '../layout/paths.js';
import { prunedMark } from './pruned.js';

export interface StoredRun {
  readonly runId: string;
  /** Null for a run that has no report (yet), or none that can be read. */
  readonly data: RunData | null;
  /** Why a report that is there cannot be read. */
  readonly problem: string | null;
}

/** Every run of a data folder, oldest first. One whose files are damaged is listed with what is wrong, and hides no other. */
export function storedRuns(dataRoot: string): StoredRun[] {
  const found = folders(dataRoot).map((runId) => ({ ...readRun(runDir(dataRoot, runId)), runId }));
  return found
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt))
    .map(({ runId, data, problem }) => ({ runId, data, problem }));
}

/** The names of the folders of runs. */
function folders(dataRoot: string): string[] {
  const { runs } = dataPaths(dataRoot);
  return existsSync(runs) ? readdirSync(runs).filter((name) => existsSync(runPaths(runDir(dataRoot, name)).mark)) : [];
}

/** When a run began, by its mark; empty where that cannot be read. */
function startOf(dir: string): string {
  try {
    return readStored<{ startedAt?: string }>('run mark', runPaths(dir).mark)?.startedAt ?? '';
  } catch {
    return '';
  }
}

function readRun(dir: string): Omit<StoredRun, 'runId'> & { readonly startedAt: string } {
  try {
    const { startedAt = '' } = readStored<{ startedAt?: string }>('run mark', runPaths(dir).mark) ?? {};
    return { data: readReport(dir) ?? null, problem: null, startedAt };
  } catch (error) {
    return { data: null, problem: (error as Error).message, startedAt: '' };
  }
}

const readReport = (dir: string): RunData | undefined =>
  readStored<ReportFile>('report', runPaths(dir).reportJson)?.details;

/** The latest run that has a report; the error where there is none says how to come by one. */
export function latestReport(dataRoot: string): string {
  const latest = storedRuns(dataRoot).findLast((run) => run.data !== null);
  if (latest !== undefined) return latest.runId;
  const { runs } = dataPaths(dataRoot);
  throw new ChaosError('CONFIG_INVALID', `run: expected one with a report in ${runs}, found none; npm run round`);
}

/** One run's report; the error of an unknown id lists the latest that exist. */
export function storedReport(dataRoot: string, runId: string): RunData {
  const data = isRunId(runId) ? readOne(runDir(dataRoot, runId)) : undefined;
  if (data !== undefined) return data;
  const { reportAt } = (isRunId(runId) ? prunedMark(runDir(dataRoot, runId)) : undefined) ?? {};
  if (reportAt != null) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `run: the report of ${runId} was removed on ${reportAt} (retention.runs_days); the history still has its verdict`,
    );
  }
  const latest = storedRuns(dataRoot)
    .filter((run) => run.data !== null)
    .slice(-5)
    .map((run) => run.runId);
  throw new ChaosError(
    'CONFIG_INVALID',
    `run: expected one with a report, got ${runId}; the latest are ${latest.join(', ') || 'none'}`,
  );
}

/** The reports of a cluster's runs that began before this one, latest first. Each is read when it is asked for; what cannot be read is left out. */
export function* reportsBefore(dataRoot: string, { runId, startedAt, plan }: RunData): Generator<RunData> {
  const earlier = folders(dataRoot)
    .map((name) => ({ name, at: startOf(runDir(dataRoot, name)) }))
    .filter(({ name, at }) => name !== runId && at !== '' && at <= startedAt);
  for (const { name } of earlier.sort((a, b) => b.at.localeCompare(a.at))) {
    const { data } = readRun(runDir(dataRoot, name));
    if (data !== null && data.plan.cluster === plan.cluster) yield data;
  }
}

/** A name of a folder, and no way out of the folder of the runs. */
const isRunId = (text: string): boolean => /^[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text);

function readOne(dir: string): RunData | undefined {
  try {
    return readReport(dir);
  } catch (error) {
    if (isNewer(error)) throw error;
    throw new ChaosError('REPORT_DAMAGED', (error as Error).message);
  }
}

/** The path of a file that belongs to a run's report. */
export function storedFile(dataRoot: string, runId: string, name: string): string {
  const file = join(runDir(dataRoot, runId), name);
  if (existsSync(file)) return file;
  throw new ChaosError('REPORT_DAMAGED', `run ${runId}: expected ${file}, found no file; its report.json is there`);
}

/** One run's report as Markdown. */
export const storedMarkdown = (dataRoot: string, runId: string): string =>
  readFileSync(storedFile(dataRoot, runId, REPORT_MARKDOWN), 'utf8');
