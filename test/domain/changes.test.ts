import { expect, it } from 'vitest';
import { brokerText, changesFoundIn, changesOf, changeText } from '../../src/domain/changes.js';
import { broker, roundOf, rounds } from '../../testing/series/history.js';

/** From the 40th round on, the outage is longer, and the broker another one. */
const entries = rounds(50, (i) => (i < 40 ? {} : { outageMs: 74_000, broker: broker('1.3') }));
const found = { since: 'run-40', foundIn: 'run-42' };

it('a figure that has changed is named with its run, the one that showed it, and both brokers', () => {
  const changes = changesOf(entries, 'local');
  expect(changes).toMatchObject([{ ...found, scenario: 'leader-transfer', sdk: 'go', figure: 'outage' }]);
  expect(changeText(changes[0]!)).toBe('leader-transfer, go, outage: 31 s → 74 s');
  expect(brokerText(changes[0]!, 'as before')).toBe('broker 1.2 → 1.3');
});

it('it is news in the run that showed it, and in no other, whatever order the history is in', () => {
  const newsIn = (number: number) => changesFoundIn(entries[number]!, [...entries].reverse());
  expect([41, 42, 43].map((number) => newsIn(number).length)).toEqual([0, 1, 0]);
});

it('runs that say nothing of the broker find nothing and hide nothing', () => {
  const invalid = { ...entries[42]!, headline: 'INVALID' as const };
  expect(changesFoundIn(invalid, entries)).toEqual([]);
  const without = entries.map((entry, i) => (i === 42 ? invalid : entry));
  expect(changesOf(without, 'local')).toMatchObject([{ since: 'run-40', foundIn: 'run-43' }]);
});

it('what is worse is said before what is better, and of the scenario itself no client is named', () => {
  const both = rounds(50, (i) =>
    i < 40 ? {} : { outageMs: 10_000, scenario: { recovery_ms: 9000, leader_ms: 30_000 } },
  );
  expect(changesFoundIn(both[42]!, both).map(changeText)).toEqual([
    'leader-transfer, recovery after the window: 5.0 s → 9.0 s',
    'leader-transfer, go, outage: 31 s → 10 s',
  ]);
});

it('a figure of few ms may double without a word', () => {
  expect(
    changesOf(
      rounds(40, (i) => ({ p99Ms: i < 30 ? 3 : 6 })),
      'local',
    ),
  ).toEqual([]);
  expect(
    changesOf(
      rounds(40, (i) => ({ p99Ms: i < 30 ? 30 : 60 })),
      'local',
    ),
  ).toHaveLength(1);
});

it('nothing is said of a broker that nobody knows', () => {
  const unknown = entries.map(({ broker: _, ...entry }) => entry);
  expect(brokerText(changesOf(unknown, 'local')[0]!, 'as before')).toBeNull();
  expect(
    brokerText(
      changesOf(
        rounds(40, (i) => ({ lost: i < 30 ? 0 : 9 })),
        'local',
      )[0]!,
      'as before',
    ),
  ).toBe('broker 1.2 as before');
  expect(roundOf(1)).toHaveProperty('broker');
});
