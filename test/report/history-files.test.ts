import { expect, it } from 'vitest';
import type { HistoryIndex } from '../../src/domain/history.js';
import { BADGE, FEED, HISTORY_JSON, HISTORY_PAGE } from '../../src/domain/run-files.js';
import { historyFiles, historyMaker } from '../../src/report/history-files.js';
import { jsonReport } from '../../src/report/json.js';
import { runData } from '../../testing/reports/values.js';
import { syntheticHistory } from '../../testing/reports/synthetic-history.js';

it('a history is an index, and a page that is made from it', () => {
  const breakers = [{ cluster: 'local', failures_in_a_row: 3, open: true, since: null, note: null }];
  const files = historyFiles(syntheticHistory(3), { runsAt: 'runs/', breakers });
  expect([...files.keys()].sort()).toEqual([BADGE, FEED, HISTORY_JSON, HISTORY_PAGE].sort());
  const index = JSON.parse(files.get(HISTORY_JSON) ?? '') as HistoryIndex;
  expect(index).toMatchObject({ schema: 'robustmq-chaos-index/1', runs_at: 'runs/', breakers });
  for (const { run_id } of index.runs) expect(files.get(HISTORY_PAGE)).toContain(run_id);
});

it('what keeps a data folder makes entries and files by the same functions', () => {
  const entry = historyMaker.entryOf(jsonReport(runData()));
  expect([...historyMaker.filesOf([entry], { runsAt: '' })]).toEqual([...historyFiles([entry], { runsAt: '' })]);
});
