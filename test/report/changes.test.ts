import { expect, it } from 'vitest';
import { changesOf } from '../../src/domain/changes.js';
import { changeLines } from '../../src/report/changes.js';
import { markdownReport } from '../../src/report/markdown.js';
import { runData } from '../../testing/reports/values.js';
import { broker, rounds } from '../../testing/series/history.js';

const changes = changesOf(
  rounds(40, (i) => (i < 30 ? {} : { outageMs: 74_000, broker: broker('1.3') })),
  'local',
);
const line = '**Worse:** leader-transfer, go, outage: 31 s → 74 s since run `run-30`, broker 1.2 → 1.3.';

it('a change is a sentence: which figure, from what to what, since when, and with which broker', () => {
  expect(changeLines({ changes })).toEqual([line]);
  const [one] = changes;
  const better = { ...one!, before: 74_000, after: 31_000, brokerBefore: null };
  expect(changeLines({ changes: [better] })).toEqual([
    '**Better:** leader-transfer, go, outage: 74 s → 31 s since run `run-30`.',
  ]);
});

it('the Markdown has it at its head, and nothing where nothing has changed', () => {
  const text = markdownReport(runData({ changes }));
  expect(text.indexOf(line)).toBeGreaterThan(0);
  expect(text.indexOf(line)).toBeLessThan(text.indexOf('Run `'));
  expect(changeLines(runData())).toEqual([]);
  expect(markdownReport(runData({ changes: [] }))).toBe(markdownReport(runData()));
});
