import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { HistoryEntry, HistoryIndex } from '../../../src/domain/history.js';
import { noteBreaker, refreshHistory, type HistoryMaker } from '../../../src/host/data/history.js';
import { writeJson } from '../../../src/host/os/files.js';
import { historyEntry } from '../../../src/report/history.js';
import { historyFiles } from '../../../src/report/history-files.js';
import { jsonReport } from '../../../src/report/json.js';
import { plan, runData } from '../../../testing/reports/values.js';
import { scratchFolder } from '../../../testing/scratch.js';

let root: string;
let read: string[];
const maker: HistoryMaker = {
  entryOf: (report): HistoryEntry => {
    read.push(report.run_id);
    return historyEntry(report);
  },
  filesOf: historyFiles,
};
const addRun = (runId: string): void =>
  writeJson(join(root, 'runs', runId, 'report.json'), jsonReport(runData({ plan: { ...plan, runId } })));
const listed = (): string[] =>
  (JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as HistoryIndex).runs.map((run) => run.run_id);

beforeEach(() => {
  root = scratchFolder('history');
  read = [];
});

test('a new run is added, and the ones that are listed are not read again', () => {
  addRun('a');
  refreshHistory(root, maker);
  addRun('b');
  refreshHistory(root, maker);
  expect([read, listed()]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(readFileSync(join(root, 'index.html'), 'utf8')).toContain('runs/b/report.html');
});

test('a run that was reported anew is read anew', () => {
  addRun('a');
  refreshHistory(root, maker);
  refreshHistory(root, maker, ['a']);
  expect(read).toEqual(['a', 'a']);
});

test('a run whose folder is gone goes; one without a report is not there yet', () => {
  addRun('a');
  addRun('b');
  refreshHistory(root, maker);
  rmSync(join(root, 'runs', 'a'), { recursive: true });
  mkdirSync(join(root, 'runs', 'c'));
  refreshHistory(root, maker);
  expect(listed()).toEqual(['b']);
});

test('a run of a series is not there, wherever it lies', () => {
  addRun('a');
  const one = { ...plan, runId: 'b', kind: 'series' } as const;
  for (const folder of ['runs/b', 'series/chaos-series-1-r1-v1'])
    writeJson(join(root, folder, 'report.json'), jsonReport(runData({ plan: one })));
  refreshHistory(root, maker);
  expect([read, listed()]).toEqual([['a'], ['a']]);
});

test('a report of another format is left out, and is no reason to fail', () => {
  addRun('a');
  mkdirSync(join(root, 'runs', 'old'));
  writeFileSync(join(root, 'runs', 'old', 'report.json'), '{"schema":"robustmq-chaos-report/1","runId":"old"}');
  refreshHistory(root, maker);
  expect(listed()).toEqual(['a']);
});

test('without any run there is an empty history', () => {
  refreshHistory(root, maker);
  expect(listed()).toEqual([]);
  expect(existsSync(join(root, 'index.html'))).toBe(true);
});

test('what is known of a breaker stays in the history, each cluster once', () => {
  const breaker = { cluster: 'local', failures_in_a_row: 2, open: false, since: null, note: null };
  expect(noteBreaker(root, breaker)).toBe(true);
  expect(noteBreaker(root, { ...breaker })).toBe(false);
  noteBreaker(root, { ...breaker, cluster: 'other' });
  noteBreaker(root, { ...breaker, failures_in_a_row: 3, open: true });
  refreshHistory(root, maker);
  const { breakers } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as HistoryIndex;
  expect(breakers.map((b) => [b.cluster, b.failures_in_a_row, b.open])).toEqual([
    ['other', 2, false],
    ['local', 3, true],
  ]);
  expect(readFileSync(join(root, 'index.html'), 'utf8')).toContain('Breaker of local: open');
});
