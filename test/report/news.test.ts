import { expect, it } from 'vitest';
import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { KnownEntry } from '../../src/domain/known.js';
import { newsTable } from '../../src/report/news.js';
import { summaryOf } from '../../src/report/summary.js';
import { knownEntry } from '../../testing/known.js';
import { figures, plan, result, runData } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const [kill, delay] = catalogue;
const bad = (sdk: string, more: object) => outcome({ sdk, end: { kind: 'exited', code: 1 }, result: more });
const data = runData({
  scenarios: [
    result(kill!, {
      validation: [bad('go', { lost: 2 }), bad('rust', { lost: 9, p99_ms: 700 })],
      faultPeriod: [figures({ ackedLost: 4 })],
    }),
    result(delay!, { validation: [outcome({ sdk: 'go', result: null, lineProblem: 'no JSON' })] }),
  ],
});
const withList = (...entries: KnownEntry[]) =>
  judgeKnown(
    { ...data, plan: { ...plan, known: entries } },
    { entries, day: '2026-11-29', earlier: [[{ id: 'G', seen: 0 }]] },
  );
const loss = knownEntry({ why: 'it loses', issue: 'https://example.org/1' });
const gone = knownEntry({ id: 'G', why: 'it hung', match: { check: 'sent' }, goneAfter: 2 });

it('there is none where the config has no list', () => {
  expect(newsTable(data)).toBeNull();
  expect(summaryOf(data)).not.toContain('known');
});

it('what is new comes first, with what covers a part of it; then what is known, by whom; then what is gone', () => {
  const judged = withList(loss, gone);
  const name = kill!.name;
  expect(newsTable(judged)).toEqual({
    caption: 'What is new: 1 new failure, 2 known, 1 gone',
    head: ['', 'scenario', 'SDK', 'in', 'what was seen', 'known as'],
    rows: [
      ['new failure', name, 'rust', 'validation', 'failed (lost 9, p99_ms 700)', 'more than K-1'],
      ['known failure', name, 'go', 'validation', 'failed (lost 2)', 'K-1: it loses (https://example.org/1)'],
      ['known warning', name, 'go', 'fault period', 'lost 4', 'K-1: it loses (https://example.org/1)'],
      ['gone', '–', '–', '–', 'G has not been seen for 2 rounds: fixed?', 'G: it hung'],
    ],
  });
  expect(summaryOf(judged)).toMatch(/^FAIL, 1 new failure, 2 known, 1 gone, /);
});

it('an empty list makes everything new', () => {
  expect(newsTable(withList())?.rows.map(([kind]) => kind)).toEqual(['new failure', 'new failure', 'new warning']);
});
