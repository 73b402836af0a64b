import { expect, it } from 'vitest';
import { newsLines } from '../../src/domain/news-lines.js';
import type { Change } from '../../src/domain/changes.js';
import { broker } from '../../testing/series/history.js';

const change = (more: Partial<Change> = {}): Change => ({
  ...{ scenario: 'leader-transfer', sdk: 'go', figure: 'outage', before: 31_000, after: 74_000 },
  ...{ since: 'run-30', foundIn: 'run-32', brokerBefore: broker('1.2'), brokerAfter: broker('1.3') },
  ...more,
});

it('without a list and without a change there is no line', () => {
  expect(newsLines(null, [])).toEqual([]);
});

it('what has changed is one line, to the letter, after what is new', () => {
  const line = '变化: leader-transfer, go, outage: 31 s → 74 s (自 run-30 起, broker 1.2 → 1.3)';
  expect(newsLines(null, [change()])).toEqual([line]);
  expect(newsLines({ isNew: [], known: ['K-1'], gone: [] }, [change()])).toEqual([
    '新问题: 无 已知: K-1 已消失: 无',
    line,
  ]);
});

it('what is better is said to be, and what is known of the broker', () => {
  const same = { before: 12, after: 3, figure: 'lost', brokerAfter: broker('1.2') } as const;
  expect(newsLines(null, [change(same), change({ brokerAfter: null })])).toEqual([
    '变化: leader-transfer, go, lost in the fault: 12 → 3 (好转, 自 run-30 起, broker 1.2 未变); ' +
      'leader-transfer, go, outage: 31 s → 74 s (自 run-30 起)',
  ]);
});

it('of many changes it names five, and says how many more there are', () => {
  const [line = ''] = newsLines(null, Array<Change>(7).fill(change()));
  expect(line.split('; ')).toHaveLength(6);
  expect(line).toMatch(/; … \(2\)$/);
});
