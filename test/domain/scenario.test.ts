import { describe, expect, it } from 'vitest';
import { clientsOf, entriesOf, entryOf, longestMs, nominalTimes, type FaultEntry } from '../../src/domain/scenario.js';
import { scenario } from '../../testing/values.js';

const plan = {
  workload: 'basic-pubsub',
  sdks: ['python', 'go'],
  scenarios: [scenario('plain'), scenario('special', { workload: 'wills', sdks: ['rust', 'go'] })],
};

it('a phase has every client of the plan with its workload, but where its scenario says otherwise', () => {
  for (const name of [null, 'plain', 'unknown'])
    expect(clientsOf(plan, name)).toEqual({ workload: 'basic-pubsub', sdks: ['python', 'go'] });
  expect(clientsOf(plan, 'special')).toEqual({ workload: 'wills', sdks: ['go'] });
});

describe('the faults of a scenario', () => {
  const entry = (name: string, change: Partial<FaultEntry> = {}): FaultEntry => ({
    ...{ name, fault: 'broker-pause', target: 'leader', params: {}, atMs: 0 },
    ...change,
  });
  const faults = [entry('a', { forMs: 10_000 }), entry('b', { atMs: 5_000 }), entry('c', { after: 'b', atMs: 1_000 })];
  const timeline = scenario('several', { faults });

  it('are its entries, or the one that it names itself', () => {
    expect(entriesOf(timeline)).toBe(faults);
    const { fault, target, params } = scenario('kill');
    expect(entriesOf(scenario('kill'))).toEqual([{ name: 'broker-kill', fault, target, params, atMs: 0 }]);
  });

  it('are found by name, and the only one without', () => {
    expect(entryOf(timeline, 'b')).toBe(faults[1]);
    expect(entryOf(timeline, 'x')).toBeUndefined();
    expect(entryOf(scenario('kill'))?.name).toBe('broker-kill');
  });

  it('begin and end at their times, or after the end of another', () => {
    expect([...nominalTimes(faults, 30_000)]).toEqual([
      ['a', { fromMs: 0, toMs: 10_000 }],
      ['b', { fromMs: 5_000, toMs: 35_000 }],
      ['c', { fromMs: 36_000, toMs: 66_000 }],
    ]);
  });

  it('take no longer than if each had to wait for all before it', () => {
    const timing = { faultWindowMs: 30_000, observeBudgetMs: 25_000, recoveryBudgetMs: 60_000 };
    expect(longestMs(scenario('kill'), timing)).toBe(115_000);
    expect(longestMs(timeline, timing)).toBe(3 * 85_000 + 10_000 + 30_000 + 30_000 + 6_000);
  });
});
