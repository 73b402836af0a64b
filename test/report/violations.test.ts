import { describe, expect, it } from 'vitest';
import type { Moment } from '../../src/domain/guarantees/guarantee.js';
import { order } from '../../src/domain/guarantees/order.js';
import {
  historyTable,
  msText,
  NO_WINDOW,
  openTable,
  shownViolations,
  violationParts,
} from '../../src/report/violations.js';
import { guaranteeResult } from '../../testing/reports/guarantees.js';

const send: Moment = { us: 1_000_250, who: 'pub', what: 'send', text: 'sends 7' };
const never: Moment = { us: 9_000_000, who: 'sub', what: 'never', text: '7 never came' };
const shown = [{ text: 'one was lost', moments: [send, never] }];
const violated = guaranteeResult({ state: 'violated', violations: 12, checked: 1490, shown });
const fault = { injectedUs: 2_000_000, recoveredUs: 3_500_000 };

describe('the violations of a scenario', () => {
  it('have their guarantee, its rule, their client and phase, and how many there are', () => {
    expect(shownViolations('kill', [guaranteeResult(), violated], fault)).toMatchObject([
      {
        guarantee: 'order',
        text: 'go, fault period: 12 violations in 1490 cases; the first 1 of them',
        rule: `The rule (section 4.6): ${order.rule}`,
        histories: [{ name: 'kill, order, go, fault period, violation 1', text: 'one was lost' }],
      },
    ]);
  });

  it('do not say that some are left out where none is', () => {
    const [one] = shownViolations(null, [{ ...violated, violations: 1, checked: 1, phase: 'control' }], NO_WINDOW);
    expect(one?.text).toBe('go, control run: 1 violation in 1 case');
    expect(one?.histories[0]?.name).toBe('order, go, control run, violation 1');
  });

  const tableOf = (window: Parameters<typeof shownViolations>[2], moments: readonly Moment[] = [never, send]) =>
    historyTable(shownViolations('kill', [{ ...violated, shown: [{ text: '', moments }] }], window)[0]!.histories[0]!);

  it('have their moments in time order, in ms from the injection, with the borders of the fault', () => {
    expect(tableOf(fault)).toMatchObject({
      head: ['ms from the injection', 'who', 'what'],
      rows: [
        ['−999.75', 'pub', 'sends 7'],
        ['+0', '', 'the fault is injected'],
        ['+1500', '', 'its end is proved'],
        ['+7000', 'sub', '7 never came'],
      ],
    });
    expect(tableOf({ ...fault, recoveredUs: null }).rows).toHaveLength(3);
  });

  it('count from the first moment where nothing was injected, and leave out what has no time', () => {
    const { head, rows } = tableOf(NO_WINDOW, [never, send, { ...send, us: Infinity }]);
    expect(head[0]).toBe('ms from the first moment');
    expect(rows).toEqual([
      ['+0', 'pub', 'sends 7'],
      ['+7999.75', 'sub', '7 never came'],
    ]);
    expect(tableOf(NO_WINDOW, []).rows).toEqual([]);
  });
});

it.each([
  [0, '+0'],
  [100, '+100'],
  [-12.5, '−12.5'],
  [0.001, '+0.001'],
  [93_500.1204, '+93500.12'],
])('%d ms read as %s', (ms, text) => {
  expect(msText(ms)).toBe(text);
});

describe('what is open', () => {
  it('is what has no answer, or something that is not judged; clients of which the same is said are one row', () => {
    const lacks = { guarantee: 'shared', state: 'not offered', why: 'it says so' } as const;
    const results = [
      guaranteeResult(),
      guaranteeResult({ why: '3 inversions' }),
      guaranteeResult({ sdk: 'rust', state: 'undecided' }),
      guaranteeResult(lacks),
      guaranteeResult({ ...lacks, sdk: 'rust' }),
      guaranteeResult({ ...lacks, sdk: 'rust', phase: 'validation' }),
    ];
    expect(openTable(results).rows).toEqual([
      ['order', 'go', 'fault period', 'held', '3 inversions'],
      ['order', 'rust', 'fault period', 'undecided', ''],
      ['shared', 'go, rust', 'fault period', 'not offered', 'it says so'],
      ['shared', 'rust', 'validation', 'not offered', 'it says so'],
    ]);
  });
});

describe('in Markdown', () => {
  it('there is nothing where nothing was recorded, or all was held', () => {
    expect(violationParts('kill')).toEqual([]);
    expect(violationParts('kill', [guaranteeResult()], fault)).toEqual([]);
  });

  it('a violation is a sentence with its history folded away, and what is open comes last', () => {
    const parts = violationParts('kill', [violated, guaranteeResult({ state: 'undecided' })], fault);
    expect(parts[0]).toMatch(/^\*\*order violated\*\*, go, fault period: 12 .*\\\nThe rule/);
    expect(parts[1]).toBe('one was lost');
    expect(parts[2]).toMatch(/^<details><summary>kill, order, .*<\/summary>\n\n\| ms from .*\n\n<\/details>$/s);
    expect(parts[2]).toContain('| −999.75 | pub | sends 7 |');
    expect(parts[3]).toContain('| order | go | fault period | undecided | |');
    expect(parts).toHaveLength(4);
  });
});
