import { expect, it } from 'vitest';
import { rejudgedText } from '../../src/report/rejudged.js';
import { runData } from '../../testing/reports/values.js';

const data = runData();
const row = { runId: 'r1', data, differences: [], withoutLedger: [], problems: [] };

it('names the run and its verdict, and has no table where nothing differs', () => {
  const text = rejudgedText(row);
  expect(text).toMatch(/^r1: /);
  expect(text).toContain('PASS');
  expect(text).not.toContain('|');
});

it('has a row for each difference: where, what, what it was and what it is now', () => {
  const differences = [{ where: 'kill go', what: 'lost', was: '0', now: '2' }];
  const text = rejudgedText({ ...row, differences });
  expect(text).toContain('| kill go | lost | 0 | 2 |');
  expect(text.split('\n')[0]).toContain('1');
});

it('names the clients that are taken at their word, and everything that could not be read', () => {
  const text = rejudgedText({
    ...row,
    withoutLedger: ['control run own', 'kill own'],
    problems: ['ledger of go: cut'],
  });
  expect(text).toContain('control run own, kill own');
  expect(text).toContain('ledger of go: cut');
});
