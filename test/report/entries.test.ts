import { describe, expect, it } from 'vitest';
import { NO_FAULT, type FaultRecord } from '../../src/domain/fault-record.js';
import { entriesTable } from '../../src/report/entries.js';
import { goodFault, scenario } from '../../testing/values.js';
import { result } from '../../testing/reports/values.js';

const row = (ok: boolean) => ({ what: 'x', expected: 'x', observed: 'x', ok });
const on = (change: Partial<FaultRecord>): FaultRecord => ({
  ...goodFault,
  ...{ faultId: 'f', victim: 'n2', injectedUs: 1_000_000, recoveredUs: 31_000_000 },
  ...{ bite: [row(true), row(true)], healed: [row(true)] },
  ...change,
});
const cut = { name: 'cut', fault: 'network-partition', target: 'follower', params: {}, atMs: 0 };
const kill = { ...cut, name: 'kill', fault: 'broker-kill', target: 'leader', after: 'cut', atMs: 2500, forMs: 5000 };

const rowsOf = (second: FaultRecord): readonly (readonly string[])[] =>
  entriesTable(
    {
      ...result(scenario('several', { faults: [cut, kill] })),
      fault: on({}),
      faults: [
        { entry: 'cut', record: on({}) },
        { entry: 'kill', record: second },
      ],
    },
    30_000,
  ).rows;

describe('the table of a timeline', () => {
  it('says of each entry what was asked, when it was on, and what was proved', () => {
    const [first, second] = rowsOf(
      on({ injectedUs: 34_500_000, recoveredUs: 41_000_000, bite: [row(true), row(false)] }),
    );
    expect(first?.slice(1)).toEqual([
      ...['cut', 'network-partition', 'follower', 'n2', '0 s, for 30 s', '0', '30', '2 of 2', '1 of 1', 'as planned'],
    ]);
    expect(second?.slice(4)).toEqual([
      ...['n2', '2.5 s after cut, for 5 s', '33.5', '40', '1 of 2', '1 of 1', 'as planned'],
    ]);
  });

  it.each<[string, Partial<FaultRecord>]>([
    ['not seen to take effect', { observed: false }],
    ['ended too early', { cutShort: true }],
    ['inject error', { injectError: 'no' }],
    ['end not proved in time', { recoverError: 'no', healed: [] }],
  ])('says of an entry that it was or had: %s', (words, change) => {
    expect(rowsOf(on(change))[1]?.at(-1)).toBe(words);
    expect(rowsOf(on(change))[1]?.[0]).not.toBe(rowsOf(on({}))[1]?.[0]);
  });

  it('has no time for an end that is not proved, and nothing for an entry that was not begun', () => {
    expect(rowsOf(on({ recoverError: 'no', healed: [] }))[1]?.[7]).toBe('–');
    expect(rowsOf(NO_FAULT)[1]?.slice(4)).toEqual(['–', '2.5 s after cut, for 5 s', '–', '–', '–', '–', 'not begun']);
  });

  it('has no rows for a single fault', () => {
    expect(entriesTable({ ...result(scenario('one')), fault: on({}) }, 30_000).rows).toEqual([]);
  });
});
