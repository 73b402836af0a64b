import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dataPaths, runDir, runPaths } from '../../src/host/layout/paths.js';
import { removeOld } from '../../src/threads/retention.js';
import { storeRun } from '../../testing/reports/publishable-run.js';
import { temporaryFolder } from '../../testing/processes.js';

it('what is too old is gone, and the history keeps its entry', () => {
  const dataRoot = temporaryFolder();
  for (const [order, runId] of ['a', 'b', 'c'].entries()) storeRun(dataRoot, runId, order);
  const settings = { ledgersDays: 1e-6, runsDays: 1e-6, minFreeMb: 0 };
  const task = { dataRoot, settings, isPublishing: false, open: [], leased: [], justEnded: 'b' };
  expect(removeOld(task).removed).toMatchObject([{ runId: 'a', what: 'run' }]);
  const hasReport = ['a', 'b', 'c'].map((runId) => existsSync(runPaths(runDir(dataRoot, runId)).reportJson));
  expect(hasReport).toEqual([false, true, true]);
  expect(existsSync(dataPaths(dataRoot).historyJson)).toBe(true);
});
