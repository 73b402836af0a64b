import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { HistoryEntry } from '../../domain/history.js';
import type { PublicationRecord } from '../../domain/publish.js';
import {
  DAY_MS,
  retentionPlan,
  type KeptRun,
  type Removal,
  type RetentionSettings,
  type Spared,
} from '../../domain/retention.js';
import { isOfSeries } from '../../domain/ids.js';
import { CHARTS_FOLDER, LEDGER, REPORT_JSON, REPORT_MARKDOWN, REPORT_PAGE } from '../../domain/run-files.js';
import { dataPaths, runDir, runPaths } from '../layout/paths.js';
import { freeRoom, MB } from '../os/disk.js';
import { readStoredIfAny, writeStored } from '../os/stored.js';
import { historyEntries, refreshHistory, type HistoryMaker } from './history.js';
import { newerOfRun } from './newer-run.js';
import { removeOldNotices } from './old-notices.js';
import { runFolders, runsInUse, type OpenRuns } from './open-runs.js';
import { prunedMark, prunedMarkIfAny, type PrunedMark } from './pruned.js';

export interface PruneRequest extends OpenRuns {
  readonly dataRoot: string;
  readonly maker: HistoryMaker;
  readonly settings: RetentionSettings;
  /** Runs are to be published: one that is not yet stays. */
  readonly isPublishing: boolean;
  /** The run that has just ended; null: there is none. */
  readonly justEnded: string | null;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  /** Free bytes of the data folder's disk. Absent: as the kernel says. */
  readonly freeBytes?: (dataRoot: string) => number;
}

export interface Pruned {
  readonly removed: readonly (Removal & { readonly bytes: number })[];
  /** What is old enough to go, and stays. */
  readonly spared: readonly Spared[];
  /** How many messages about clusters were removed. */
  readonly notices: number;
}

/** No series goes on for longer. */
const SERIES_DAYS = 7;

/** They go last: a run is shown as long as anything of it is there. */
const REPORT_FILES: readonly string[] = [REPORT_JSON, REPORT_MARKDOWN, REPORT_PAGE, CHARTS_FOLDER];
/** Packed or not, and of every attempt. */
const LEDGER_START = LEDGER.replace(/\.gz$/, '');

const kernelFreeBytes = (dataRoot: string): number => freeRoom(dataRoot).bytes;

function publicationOf(dataRoot: string, runId: string): KeptRun['publication'] {
  const { publication } = runPaths(runDir(dataRoot, runId));
  if (!existsSync(publication)) return 'none';
  const record = readStoredIfAny<PublicationRecord>('publication', publication);
  if (record === undefined) return 'owed';
  return record.github_url === null || record.issue_error !== null ? 'owed' : 'done';
}

function keptRun(dataRoot: string, entry: HistoryEntry): KeptRun {
  const { run_id: runId, cluster, started_at, scenarios } = entry;
  const failed = scenarios.filter(({ passed, status }) => !passed && status !== 'cancelled').map(({ name }) => name);
  const hasLedgers = prunedMarkIfAny(runDir(dataRoot, runId)) === undefined;
  const startedAt = new Date(started_at).toISOString();
  return { runId, cluster, startedAt, hasLedgers, failed, publication: publicationOf(dataRoot, runId) };
}

/** Folders of runs of series, and of runs that left no report and are so old that nobody works on them any more: nothing of them is published or shown. */
function leftovers(dataRoot: string, { ledgersDays }: RetentionSettings, shown: ReadonlySet<string>): KeptRun[] {
  return runFolders(dataRoot).flatMap((runId): KeptRun[] => {
    const dir = runDir(dataRoot, runId);
    if (shown.has(runId)) return [];
    const mark = readStoredIfAny<{ startedAt?: string }>('run mark', runPaths(dir).mark);
    const startedAt = mark?.startedAt ?? lstatSync(dir).mtime.toISOString();
    // What is of a series is in no history, and goes like any run that is; while it is young the series may be going on, and needs it.
    const days = isOfSeries(runId) ? SERIES_DAYS : ledgersDays;
    if (days === 0 || Date.now() - Date.parse(startedAt) < days * DAY_MS) return [];
    const hasLedgers = prunedMarkIfAny(dir) === undefined;
    return [{ runId, cluster: null, startedAt, hasLedgers, failed: [], publication: 'done' }];
  });
}

/** What is to be taken out of a run's folder, in two steps. */
interface Taking {
  readonly first: readonly string[];
  readonly last: readonly string[];
}

function takingOf(dir: string, what: Removal['what']): Taking {
  const { pruned, brokerFiles } = runPaths(dir);
  if (what === 'ledgers') {
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
    const ledgers = files.filter((path) => basename(path).startsWith(LEDGER_START)).map((path) => join(dir, path));
    return { first: [...ledgers, ...(existsSync(brokerFiles) ? [brokerFiles] : [])], last: [] };
  }
  const names = readdirSync(dir).filter((name) => join(dir, name) !== pruned);
  const paths = (isReport: boolean): string[] =>
    names.filter((name) => REPORT_FILES.includes(name) === isReport).map((name) => join(dir, name));
  return { first: paths(false), last: paths(true) };
}

function bytesOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.blocks * 512;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

const removeAll = (paths: readonly string[]): void =>
  paths.forEach((path) => rmSync(path, { recursive: true, force: true }));

/** Interrupted anywhere it is finished by the next one. On a full disk room is made before the mark is written. */
function take(dir: string, { what }: Removal, { first, last }: Taking, entry: HistoryEntry | undefined): void {
  const at = new Date().toISOString();
  const mark: PrunedMark = { ledgersAt: prunedMark(dir)?.ledgersAt ?? at, reportAt: null, entry: null };
  if (entry === undefined && what === 'run') return removeAll([dir]);
  removeAll(first);
  writeStored(
    'pruned mark',
    runPaths(dir).pruned,
    what === 'run' ? { ...mark, reportAt: at, entry: entry ?? null } : mark,
  );
  removeAll(last);
}

/** What an earlier one was interrupted in. */
function finishInterrupted(dataRoot: string): void {
  const { runs } = dataPaths(dataRoot);
  for (const runId of existsSync(runs) ? readdirSync(runs) : []) {
    const dir = runDir(dataRoot, runId);
    if (prunedMarkIfAny(dir)?.entry == null) continue;
    const { first, last } = takingOf(dir, 'run');
    removeAll([...first, ...last]);
  }
}

/**
 * Takes away what is older than the settings allow, and more while the disk has too little room. The history keeps every run. In one go: it may take long, and
 * belongs into a thread of its own where a worker must heartbeat.
 */
export function pruneRuns(request: PruneRequest): Pruned {
  const { dataRoot, maker, settings, dryRun, freeBytes = kernelFreeBytes } = request;
  if (!existsSync(dataRoot)) return { removed: [], spared: [], notices: 0 };
  const entries = new Map(historyEntries(dataRoot, maker).map((entry) => [entry.run_id, entry]));
  if (!dryRun) finishInterrupted(dataRoot);
  const present = [...entries.values()].filter((entry) => entry.pruned_at === undefined);
  const rest = leftovers(dataRoot, settings, new Set(entries.keys()));
  const runs = [...present.map((entry) => keptRun(dataRoot, entry)), ...rest];
  const inUse = runsInUse(dataRoot, request);
  if (request.justEnded !== null) inUse.set(request.justEnded, 'it is the run that has just ended');
  const context = { nowMs: Date.now(), inUse, isPublishing: request.isPublishing };
  const { removals, ...kept } = retentionPlan(runs, settings, context);
  const spared = [...kept.spared];
  const removed: (Removal & { bytes: number })[] = [];
  const enough = settings.minFreeMb * MB;
  let promised = 0;
  for (const removal of removals) {
    if (removal.why === 'space' && freeBytes(dataRoot) + promised >= enough) break;
    const entry = entries.get(removal.runId);
    const dir = runDir(dataRoot, removal.runId);
    const [newer] = newerOfRun(dir);
    if (newer !== undefined) {
      if (!spared.some(({ runId }) => runId === removal.runId)) spared.push({ runId: removal.runId, reason: newer });
      continue;
    }
    const taking = takingOf(dir, removal.what);
    const bytes = [...taking.first, ...taking.last].reduce((sum, path) => sum + bytesOf(path), 0);
    if (dryRun) promised += bytes;
    else take(dir, removal, taking, entry);
    removed.push({ ...removal, bytes });
  }
  if (removed.some(({ what }) => what === 'run') && !dryRun) refreshHistory(dataRoot, maker);
  return { removed, spared, notices: removeOldNotices(dataRoot, settings, dryRun) };
}
