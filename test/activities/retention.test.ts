import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { pruneAfterRun } from '../../src/activities/retention.js';
import { runDir, runPaths } from '../../src/host/layout/paths.js';
import { perform } from '../../testing/activities.js';
import { storeRun } from '../../testing/reports/publishable-run.js';
import { temporaryFolder } from '../../testing/processes.js';

let dataRoot: string;
beforeEach(() => {
  dataRoot = temporaryFolder();
  for (const [order, runId] of ['a', 'b', 'c'].entries()) storeRun(dataRoot, runId, order);
});

const after = (runId: string): Promise<void> =>
  perform((signal: AbortSignal) => {
    const settings = { ledgersDays: 1e-6, runsDays: 1e-6, minFreeMb: 0 };
    return pruneAfterRun({ dataRoot, settings, isPublishing: false, runId, signal });
  }, new AbortController().signal);
const hasReport = (): boolean[] =>
  ['a', 'b', 'c'].map((runId) => existsSync(runPaths(runDir(dataRoot, runId)).reportJson));

it('after a run what is too old is gone, and never the run itself', async () => {
  await after('b');
  expect(hasReport()).toEqual([false, true, true]);
});

it('what cannot be removed is no failure of the run', async () => {
  // The mark of what was removed cannot be written over a folder.
  mkdirSync(join(runPaths(runDir(dataRoot, 'a')).pruned, 'in the way'), { recursive: true });
  await after('b');
  expect(hasReport()).toEqual([true, true, true]);
});
