import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HistoryIndex } from '../../../src/domain/history.js';
import { refreshHistory } from '../../../src/host/data/history.js';
import { pruneRuns, type PruneRequest } from '../../../src/host/data/retention.js';
import { storedReport, storedRuns } from '../../../src/host/data/stored-runs.js';
import { runDir, runPaths } from '../../../src/host/layout/paths.js';
import { versionsPaths } from '../../../src/host/layout/versions-paths.js';
import { writeJson } from '../../../src/host/os/files.js';
import { historyMaker } from '../../../src/report/history-files.js';
import { storeRun } from '../../../testing/reports/publishable-run.js';
import { temporaryFolder } from '../../../testing/processes.js';

let dataRoot: string;
const dirOf = (runId: string): string => runDir(dataRoot, runId);
/** All files of a run, relative to its folder. */
const filesOf = (runId: string): string[] =>
  readdirSync(dirOf(runId), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dirOf(runId).length + 1))
    .sort();
const index = (): HistoryIndex => JSON.parse(readFileSync(join(dataRoot, 'index.json'), 'utf8')) as HistoryIndex;

const DAY_MS = 86_400_000;

/** A run of so many days ago, with broker files and a ledger of an earlier attempt. */
function addRun(runId: string, daysAgo: number): void {
  const startedAt = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
  storeRun(dataRoot, runId, 0, { startedAt, finishedAt: startedAt });
  for (const path of ['cluster/7/n1/data/blk', 'scenarios/kill/validation.attempt-1-9/go/ledger.ndjson']) {
    mkdirSync(join(dirOf(runId), path, '..'), { recursive: true });
    writeFileSync(join(dirOf(runId), path), 'x'.repeat(10_000));
  }
}

const prune = (change: Partial<PruneRequest> = {}) =>
  pruneRuns({
    dataRoot,
    maker: historyMaker,
    settings: { ledgersDays: 30, runsDays: 365, minFreeMb: 0 },
    isPublishing: false,
    ...{ open: [], leased: [], justEnded: null },
    dryRun: false,
    ...change,
  });

beforeEach(() => {
  dataRoot = temporaryFolder();
});

describe('what runs leave behind', () => {
  beforeEach(() => {
    addRun('old', 400);
    addRun('middle', 40);
    addRun('new', 1);
    refreshHistory(dataRoot, historyMaker);
  });

  it('goes when it is too old: ledgers and brokers’ files first, then all but the entry in the history', () => {
    const { removed } = prune();
    expect(removed.map(({ runId, what }) => `${what} ${runId}`)).toEqual(['ledgers middle', 'run old']);
    for (const { bytes } of removed) expect(bytes).toBeGreaterThan(20_000);
    expect(filesOf('old')).toEqual(['pruned.json']);
    expect(filesOf('middle')).toEqual(['pruned.json', 'report.json', 'report.md', 'run.json']);
    expect(filesOf('new')).toContain('control/go/ledger.ndjson.gz');
    expect(prune().removed).toEqual([]);
  });

  it('stays in the history, without a link, also when that is made again from nothing', () => {
    const before = index().runs;
    prune();
    rmSync(join(dataRoot, 'index.json'));
    refreshHistory(dataRoot, historyMaker);
    const pruned_at = expect.any(String) as unknown;
    expect(index().runs).toEqual([{ ...before[0], pruned_at }, before[1], before[2]]);
    const page = readFileSync(join(dataRoot, 'index.html'), 'utf8');
    expect(page).not.toContain('runs/old/');
    expect(page).toContain('runs/middle/report.html');
  });

  it('is told to who asks for a report that is gone, and is listed no more', () => {
    prune();
    expect(() => storedReport(dataRoot, 'old')).toThrow(/the report of old was removed on .* \(retention\.runs_days\)/);
    expect(storedRuns(dataRoot).map(({ runId }) => runId)).toEqual(['middle', 'new']);
  });

  it('stays where the run is open: running, or paused for a year', () => {
    const startedAt = new Date(Date.now() - 40 * DAY_MS).toISOString();
    writeJson(runPaths(dirOf('old')).mark, { workflowId: 'w-old', startedAt });
    writeJson(runPaths(dirOf('middle')).mark, { workflowId: 'w-middle', startedAt });
    rmSync(runPaths(dirOf('middle')).reportJson);
    const before = ['old', 'middle'].flatMap(filesOf);
    const reason = 'it is open (running or paused)';
    const open = prune({ open: ['w-old', 'w-middle'], settings: { ledgersDays: 30, runsDays: 30, minFreeMb: 1e9 } });
    expect(open).toMatchObject({
      removed: [],
      spared: expect.arrayContaining([
        { runId: 'old', reason },
        { runId: 'middle', reason },
      ]) as unknown,
    });
    expect(['old', 'middle'].flatMap(filesOf)).toEqual(before);
  });

  it('is only named by a dry run', () => {
    const files = (): string[] => ['old', 'middle', 'new'].flatMap(filesOf);
    const before = files();
    const would = prune({ dryRun: true });
    expect(files()).toEqual(before);
    expect(prune().removed).toEqual(would.removed);
  });

  it('is removed to the end by the next one where the first was interrupted', () => {
    const [, entry] = index().runs;
    writeJson(runPaths(dirOf('middle')).pruned, { ledgersAt: '', reportAt: '2026-11-22T12:00:00.000Z', entry });
    prune();
    expect(filesOf('middle')).toEqual(['pruned.json']);
    expect(index().runs).toHaveLength(3);
  });

  it('goes earlier while there is too little space, and only as long as that is so', () => {
    const settings = { ledgersDays: 0, runsDays: 0, minFreeMb: 500 };
    let free = 499;
    const freeBytes = (): number => (free += 0.5) * 1024 * 1024;
    const { removed } = prune({ settings, freeBytes });
    expect(removed.map(({ runId, what, why }) => `${why} ${what} ${runId}`)).toEqual(['space ledgers old']);
    const dry = prune({ settings, dryRun: true, freeBytes: () => 500 * 1024 * 1024 - 1 });
    expect(dry.removed).toHaveLength(1);
  });

  it('stays where it is not published yet, or is the only failing example', () => {
    writeJson(runPaths(dirOf('old')).publication, { github_url: null, push_error: 'no', issue_error: null, at: '' });
    const { spared } = prune({ isPublishing: true });
    expect(spared).toContainEqual({ runId: 'old', reason: 'it is not published yet' });
    expect(existsSync(runPaths(dirOf('old')).reportJson)).toBe(true);
  });
});

it('a folder that a run left without a report goes when nobody can be working on it any more', () => {
  addRun('new', 1);
  for (const [runId, daysAgo] of [
    ['crashed', 400],
    ['recent', 20],
  ] as const) {
    addRun(runId, daysAgo);
    const startedAt = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
    writeJson(runPaths(dirOf(runId)).mark, { startedAt });
    rmSync(runPaths(dirOf(runId)).reportJson);
  }
  prune({ settings: { ledgersDays: 30, runsDays: 365, minFreeMb: 1e9 } });
  expect([existsSync(dirOf('crashed')), existsSync(dirOf('recent')), existsSync(dirOf('new'))]).toEqual([
    false,
    true,
    true,
  ]);
});

it('runs of series, and what came of them, go like the others: by age, for space, and not while they are open', () => {
  addRun('new', 1);
  const [old, young, open] = ['1', '2', '3'].map((n) => `chaos-series-local-r${n}-v1`) as [string, string, string];
  addRun(old, 400);
  addRun(young, 8);
  addRun(open, 400);
  for (const [runId, daysAgo] of [
    [old, 400],
    [young, 8],
    [open, 400],
  ] as const) {
    const startedAt = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
    writeJson(runPaths(dirOf(runId)).mark, { startedAt, workflowId: runId });
  }
  const table = versionsPaths(dataRoot, 'chaos-series-local').json;
  writeJson(table, {});
  const left = (): string[] => readdirSync(join(dataRoot, 'series')).sort();
  prune({ open: [open] });
  expect(left()).toEqual(['chaos-series-local', young, open]);
  const settings = { ledgersDays: 30, runsDays: 365, minFreeMb: 1 };
  prune({ open: [open], settings, freeBytes: () => 0 });
  expect(left()).toEqual(['chaos-series-local', open]);
  const long = (Date.now() - 400 * DAY_MS) / 1000;
  utimesSync(dirname(table), long, long);
  prune();
  expect([left(), existsSync(dirOf('new'))]).toEqual([[], true]);
});

it('a run whose files are damaged keeps nobody from the rest, and is not taken for a published one', () => {
  addRun('old', 400);
  addRun('damaged', 400);
  addRun('new', 1);
  writeFileSync(runPaths(dirOf('damaged')).publication, '{"half');
  writeJson(runPaths(dirOf('old')).publication, { github_url: 'u', push_error: null, issue_error: null, at: '' });
  mkdirSync(dirOf('halved'));
  writeFileSync(runPaths(dirOf('halved')).mark, '{"half');
  const { removed, spared } = prune({ isPublishing: true });
  expect(spared).toContainEqual({ runId: 'damaged', reason: 'it is not published yet' });
  expect(removed.map(({ runId }) => runId)).toContain('old');
  expect(existsSync(dirOf('halved'))).toBe(true);
});

it('where there is no data folder yet there is nothing to remove', () => {
  expect(prune({ dataRoot: join(dataRoot, 'none') })).toEqual({ removed: [], spared: [], notices: 0 });
});
