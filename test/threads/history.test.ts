import { existsSync, mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dataPaths } from '../../src/host/layout/paths.js';
import { updateHistory } from '../../src/threads/history.js';
import { temporaryFolder } from '../../testing/processes.js';

it('the history of a data folder is there, as data and as a page', () => {
  const { root, runs, historyJson } = dataPaths(temporaryFolder());
  mkdirSync(runs, { recursive: true });
  updateHistory({ dataRoot: root, changed: [] });
  expect(existsSync(historyJson)).toBe(true);
});
