import { expect, it, test } from 'vitest';
import { compareVersions, type VersionsComparison } from '../../src/domain/versions.js';
import { answerOf, uncountedText, versionNotes } from '../../src/report/version-answer.js';
import { runsOf, twoVersions, type RoundChange } from '../../testing/series/versions.js';

type Rounds = readonly (RoundChange | null)[];
const compare = (a: Rounds, b: Rounds): VersionsComparison =>
  compareVersions(twoVersions, [...runsOf(0, a), ...runsOf(1, b)]);
const say = (text: string): string => text;
const answer = (a: Rounds, b: Rounds): string => answerOf(compare(a, b), say);

const three: Rounds = [{}, {}, {}];
const slow: Rounds = [{ p99Ms: 80 }, { p99Ms: 77 }, { p99Ms: 84 }];
const invalid: RoundChange = { data: { headline: 'INVALID' } };

test.each<[Rounds, Rounds, string]>([
  [three, three, 'no difference beyond the noise of 3 rounds each'],
  [three, [...three, {}], 'no difference beyond the noise of 3 and 4 rounds'],
  [three, slow, 'B (2.12) is worse than A (2.10): 1 figure'],
  [three, [{ lost: 1 }, {}, {}], 'B (2.12) is worse than A (2.10): 1 new failure'],
  [
    three,
    [{ p99Ms: 900, lost: 1 }, { lostInFault: 2 }, {}],
    'B (2.12) is worse than A (2.10): 2 new failures, 1 new warning',
  ],
  [[{ lost: 1 }, {}, {}], slow, 'B (2.12) is worse than A (2.10): 1 figure; better: 1 failure gone'],
  [slow, [{ lost: 1 }, {}, {}], 'B (2.12) is worse than A (2.10): 1 new failure; better: 1 figure'],
  [slow, three, 'B (2.12) is not worse than A (2.10): 1 figure better'],
  [[{ p99Ms: 900, lost: 1 }, {}, {}], three, 'B (2.12) is not worse than A (2.10): 2 failures gone'],
  [three, [{ lostInFault: 2 }, {}, {}], 'B (2.12) is not worse than A (2.10): 1 new warning'],
  [[{ lostInFault: 2 }, {}, {}], three, 'B (2.12) is not worse than A (2.10): 1 warning gone'],
  [[{ lostInFault: 2 }, {}, {}], slow, 'B (2.12) is worse than A (2.10): 1 figure; better: 1 warning gone'],
  [[{}, {}], [{}], 'no new failure, and no figure is judged: A has 2 rounds that count, and B has 1 round that counts'],
  [
    [{ lost: 1 }, {}, {}],
    [{}, {}],
    'B (2.12) is not worse than A (2.10): 1 failure gone; no figure is judged: B has 2 rounds that count',
  ],
  [three, [invalid, null, invalid], 'nothing can be said: B has no round that counts (2 INVALID, 1 without a report)'],
  [[], [], 'nothing can be said: A has no round that counts, and B has no round that counts'],
])('the answer is one line: %#', (a, b, expected) => {
  expect(answer(a, b)).toBe(expected);
});

it('says of each version how it is against the one before it', () => {
  const versions = [...twoVersions, { label: 'C', path: '/c' }];
  const found = compareVersions(versions, [...runsOf(0, three), ...runsOf(1, slow), ...runsOf(2, three)]);
  expect(answerOf(found, say)).toBe(
    'B (2.12) is worse than A (2.10): 1 figure; C (2.16) is not worse than B (2.12): 1 figure better',
  );
  expect(answerOf(compareVersions(versions.slice(0, 1), runsOf(0, three)), say)).toBe(
    'nothing can be said: it takes two versions',
  );
});

it('gives every word of others to whoever makes it harmless', () => {
  expect(answerOf(compare(three, slow), (text) => `<${text}>`)).toBe(
    '<B> (<2.12>) is worse than <A> (<2.10>): 1 figure',
  );
  expect(answerOf(compare(three, []), (text) => `<${text}>`)).toBe('nothing can be said: <B> has no round that counts');
});

it('rounds that do not count are said by their verdicts', () => {
  const [, version] = compare(three, [{}, invalid, null, { data: { headline: 'CANCELLED' } }]).versions;
  expect(uncountedText(version!)).toBe('1 INVALID, 1 without a report, 1 CANCELLED');
});

it('notes say what has to be known first', () => {
  expect(versionNotes(compare(three, three), say)).toEqual([]);
  expect(versionNotes(compare(three, [{}, {}]), say)).toEqual([
    'No figure is judged: B has 2 rounds that count. It takes 3 of each.',
  ]);
  const same = [{ build: '2.10' }, { build: '2.10' }, { build: '2.10' }];
  expect(versionNotes(compare(three, same), say)).toEqual(['A and B are the same program.']);
  expect(versionNotes(compare(three, [...three, { build: '2.13' }]), say)).toEqual([
    'B was not one build in all rounds: 2.12 and 2.13.',
  ]);
});
