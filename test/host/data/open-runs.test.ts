import { rmSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { noteBreaker } from '../../../src/host/data/history.js';
import { runsInUse } from '../../../src/host/data/open-runs.js';
import { runDir, runPaths } from '../../../src/host/layout/paths.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { storeRun } from '../../../testing/reports/publishable-run.js';

let dataRoot: string;
beforeEach(() => {
  dataRoot = temporaryFolder();
  for (const [order, runId] of ['a', 'b', 'c', 'd'].entries()) storeRun(dataRoot, runId, order);
});

const inUse = (open: readonly string[] | null, leased: readonly string[] = []): string[] => [
  ...runsInUse(dataRoot, { open, leased }).keys(),
];

it('a run is in use as long as its workflow is open, or it has a lease', () => {
  expect(inUse(['b', 'a stranger'], ['d'])).toEqual(['b', 'd']);
  expect(inUse([])).toEqual([]);
});

it('where no server answers, who has no report or has opened the breaker may be in use', () => {
  rmSync(runPaths(runDir(dataRoot, 'b')).reportJson);
  const breaker = { cluster: 'local', failures_in_a_row: 3, since: null, note: 'Opened by x, y, d' };
  noteBreaker(dataRoot, { ...breaker, open: false });
  expect(inUse(null)).toEqual(['b']);
  noteBreaker(dataRoot, { ...breaker, open: true });
  expect(inUse(null, ['a'])).toEqual(['a', 'b', 'd']);
});

it('where there are no runs yet none is in use', () => {
  expect(runsInUse(`${dataRoot}/none`, { open: null, leased: [] }).size).toBe(0);
});
