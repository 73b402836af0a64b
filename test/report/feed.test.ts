import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/domain/history.js';
import { feed, verdictChanges } from '../../src/report/feed.js';
import { historyEntry } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { runData } from '../../testing/reports/values.js';
import { elements, readXml } from '../../testing/xml.js';

const entry = historyEntry(jsonReport(runData()));
const run = (run_id: string, headline: HistoryEntry['headline'], more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...entry,
  run_id,
  headline,
  summary: `${headline}: <b>n1</b> & "n2"`,
  ...more,
});
const known = (change: object) => ({
  known: { new_failures: 0, new_warnings: 0, known: 1, gone: [], sightings: [], ...change },
});
const changes = (...runs: HistoryEntry[]): string[] => verdictChanges(runs).map(({ run_id }) => run_id);

it('has the rounds whose verdict is another one than before, in each cluster', () => {
  expect(
    changes(
      run('1', 'PASS'),
      run('2', 'PASS'),
      run('3', 'FAIL'),
      run('4', 'CANCELLED'),
      run('5', 'FAIL'),
      run('6', 'PASS', { kind: 'single' }),
      run('7', 'PASS', { cluster: 'other' }),
      run('8', 'PASS'),
    ),
  ).toEqual(['1', '3', '7', '8']);
});

it('has every round with a new failure, and those since which a known failure is gone', () => {
  expect(
    changes(
      run('1', 'KNOWN', known({})),
      run('2', 'KNOWN', known({})),
      run('3', 'FAIL', known({ new_failures: 1 })),
      run('4', 'FAIL', known({ new_failures: 2 })),
      run('5', 'KNOWN', known({ gone: ['R-1'] })),
      run('6', 'KNOWN', known({ gone: ['R-1'] })),
      run('7', 'KNOWN', known({})),
    ),
  ).toEqual(['1', '3', '4', '5', '7']);
});

it('is an Atom feed, latest first, with the words of others as text, and links to the reports that are there', () => {
  const runs = [run('old', 'FAIL', { pruned_at: '2026-11-22T20:00:00+08:00' }), run('a b', 'PASS')];
  const root = readXml(feed({ runs, runs_at: 'runs/' }));
  expect([root.tagName, root.getAttribute('xmlns')]).toEqual(['feed', 'http://www.w3.org/2005/Atom']);
  const entries = elements(root, 'entry').map((one) =>
    ['id', 'title', 'updated'].map((name) => elements(one, name)[0]?.textContent),
  );
  expect(entries).toEqual([
    ['urn:robustmq-chaos:a%20b', 'local: PASS: <b>n1</b> & "n2"', entry.finished_at],
    ['urn:robustmq-chaos:old', 'local: FAIL: <b>n1</b> & "n2"', entry.finished_at],
  ]);
  expect(elements(root, 'link').map((link) => link.getAttribute('href'))).toEqual(['runs/a%20b/report.html']);
  expect(elements(root, 'updated')[0]?.textContent).toBe(entry.finished_at);
});

it('is a feed without entries where there are no runs, and has the latest fifty of many', () => {
  expect(elements(readXml(feed({ runs: [], runs_at: '' })), 'entry')).toEqual([]);
  const many = Array.from({ length: 120 }, (_, i) => run(`r${i}`, i % 2 === 0 ? 'PASS' : 'FAIL'));
  const ids = elements(readXml(feed({ runs: many, runs_at: '' })), 'entry').map(
    (one) => elements(one, 'id')[0]?.textContent,
  );
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([50, 'urn:robustmq-chaos:r119', 'urn:robustmq-chaos:r70']);
});
