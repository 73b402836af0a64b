import { describe, expect, it } from 'vitest';
import type { FaultRecord } from '../../src/domain/fault-record.js';
import { faultBorders, periodAt, timelineBorders, wholePhase } from '../../src/domain/periods.js';
import { goodFault } from '../../testing/values.js';

const fault: FaultRecord = { ...goodFault, injectedUs: 100, recoveredUs: 200 };
const periodsOf = (change: Partial<FaultRecord>, stoppedUs: number | null = 300): string[] =>
  faultBorders({ ...fault, ...change }, stoppedUs).map(({ period, sinceUs }) => `${period} ${sinceUs}`);

describe('the periods of a fault', () => {
  it('are before, during, after, and the heal wait in which nobody publishes any more', () => {
    expect(periodsOf({})).toEqual(['before null', 'during 100', 'after 200', 'heal wait 300']);
  });

  it('have no heal wait where nobody knows when the clients were stopped', () => {
    expect(periodsOf({}, null)).toEqual(['before null', 'during 100', 'after 200']);
  });

  it('have no fault where nothing was injected', () => {
    expect(periodsOf({ injectedUs: null })).toEqual(['before null', 'heal wait 300']);
  });

  it('have nothing after a fault that is not proved to be over; one that was over late was over', () => {
    const stuck = ['before null', 'during 100', 'heal wait 300'];
    expect(periodsOf({ recoverError: 'n2 is not back' })).toEqual(stuck);
    expect(periodsOf({ injectError: 'no', cleanup: 'failed: n2 is not back' })).toEqual(stuck);
    const healed = [{ what: 'cluster', expected: 'whole', observed: 'whole', ok: true }];
    expect(periodsOf({ recoverError: 'it took 70 s', healed })).toContain('after 200');
  });
});

describe('a moment', () => {
  it.each([
    [0, 'before'],
    [99, 'before'],
    [100, 'during'],
    [199, 'during'],
    [200, 'after'],
    [299, 'after'],
    [300, 'heal wait'],
    [1e15, 'heal wait'],
  ])('%d is %s', (us, period) => {
    expect(periodAt(faultBorders(fault, 300), us)).toBe(period);
  });

  it('of a phase without borders is that phase, and without any border unknown', () => {
    expect([0, 1e15].map((us) => periodAt(wholePhase('validation'), us))).toEqual(['validation', 'validation']);
    expect(periodAt([], 5)).toBe('unknown');
  });

  it('may lie in a period that comes twice, as when a fault is injected again', () => {
    const again = [...faultBorders(fault, null), { period: 'during', sinceUs: 250 } as const];
    expect([150, 220, 260].map((us) => periodAt(again, us))).toEqual(['during', 'after', 'during']);
  });
});

describe('the periods of a timeline', () => {
  const at = (entry: string, injectedUs: number, recoveredUs: number, change: Partial<FaultRecord> = {}) => ({
    entry,
    record: { ...goodFault, injectedUs, recoveredUs, ...change },
  });
  const said = (records: ReturnType<typeof at>[], all: Partial<FaultRecord> = {}): string[] =>
    timelineBorders(records, { ...fault, ...all }, 900).map(({ period, sinceUs }) => `${period} ${sinceUs}`);

  it('of a single fault are those of that fault', () => {
    expect(said([at('cut', 100, 200)])).toEqual(['before null', 'during 100', 'after 200', 'heal wait 900']);
  });

  it('change wherever a fault begins or is over, and say which were on', () => {
    const records = [at('cut', 100, 400), at('kill', 200, 300), at('pause', 500, 600)];
    expect(said(records, { recoveredUs: 700 })).toEqual([
      'before null',
      'during cut 100',
      'during cut + kill 200',
      'during cut 300',
      'between 400',
      'during pause 500',
      'between 600',
      'after 700',
      'heal wait 900',
    ]);
  });

  it('have no end of a fault that is not proved to be over', () => {
    const stuck = { recoverError: 'n1 is not back', healed: [] };
    expect(said([at('cut', 100, 400), at('kill', 200, 300, stuck)], { recoveredUs: 700, ...stuck })).toEqual([
      'before null',
      'during cut 100',
      'during cut + kill 200',
      'during kill 400',
      'heal wait 900',
    ]);
  });
});
