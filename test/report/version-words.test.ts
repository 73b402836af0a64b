import { describe, expect, it } from 'vitest';
import { compareVersions, type VersionsComparison } from '../../src/domain/versions.js';
import {
  changeOf,
  failureKind,
  placeText,
  scenarioText,
  seenText,
  sideText,
  stepsOf,
  verdictOf,
  versionName,
} from '../../src/report/version-words.js';
import { knownEntry } from '../../testing/known.js';
import { roundData, runsOf, twoVersions, type RoundChange } from '../../testing/series/versions.js';

const compare = (a: readonly RoundChange[], b: readonly RoundChange[]): VersionsComparison =>
  compareVersions(twoVersions, [...runsOf(0, a), ...runsOf(1, b)]);
const say = (text: string): string => text;
const three = [{}, {}, {}];

describe('the name of a version', () => {
  const names = (found: VersionsComparison): string[] => found.versions.map((one) => versionName(one, found, say));

  it('is its label and what the broker calls itself', () => {
    expect(names(compare([{}], [{}]))).toEqual(['A (2.10)', 'B (2.12)']);
  });

  it('has the hash where two builds call themselves the same, or the broker has no name, and only the label where nothing is known', () => {
    const build = (sha256: string, version: object = { 'nats-server': '2.10' }) => ({
      data: { versions: { ...version, 'nats-server sha256': sha256.repeat(64) } },
    });
    expect(names(compare([build('a')], [build('b')]))).toEqual(['A (2.10 aaaaaaaaaaaa)', 'B (2.10 bbbbbbbbbbbb)']);
    expect(names(compare([build('a', {})], [{ data: { versions: {} } }]))).toEqual(['A (aaaaaaaaaaaa)', 'B']);
  });
});

it('a side is its median, with the least and the greatest, and how many rounds have it', () => {
  const found = compare([{ p99Ms: 20 }, { p99Ms: 22 }, { p99Ms: 21 }], [{ outageMs: 900 }, { outageMs: 31_000 }]);
  const of = (name: string, at: number, rounds: number): string => {
    const figure = found.figures.find((one) => one.figure === name)!;
    return sideText(figure, figure.sides[at] ?? null, rounds);
  };
  expect([of('p99', 0, 3), of('p99', 1, 2), of('p99', 1, 4), of('p99', 2, 3)]).toEqual([
    '21 ms (20–22 ms)',
    '20 ms',
    '20 ms (in 2)',
    '–',
  ]);
  expect(of('outage', 1, 2)).toBe('16 s (900 ms–31 s)');
});

it('a change has its unit', () => {
  const found = compare(three, [
    { p99Ms: 80, lostInFault: 12 },
    { p99Ms: 77, lostInFault: 12 },
  ]);
  const of = (name: string): string =>
    changeOf(
      found.figures.find(({ figure }) => figure === name)!,
      0,
    );
  expect([of('p99'), of('lost')]).toEqual(['20 ms → 79 ms', '0 → 12 messages']);
});

it('a figure says what differs, and nothing only where it was judged and is as before', () => {
  const p99 = (found: VersionsComparison): string => verdictOf(found.figures.find(({ figure }) => figure === 'p99')!);
  const slow = [{ p99Ms: 80 }, { p99Ms: 77 }, { p99Ms: 84 }];
  expect([p99(compare(three, three)), p99(compare(three, slow)), p99(compare(three, [{}]))]).toEqual([
    '',
    'worse',
    'not judged',
  ]);
  const versions = [...twoVersions, { label: 'C', path: '/c' }];
  const all = compareVersions(versions, [...runsOf(0, three), ...runsOf(1, slow), ...runsOf(2, slow)]);
  expect(p99(all)).toBe('worse, =');
});

it('what counts stands first, then other failures, then warnings', () => {
  const known = [knownEntry({ match: { check: 'lost', where: 'validation' } })];
  const found = compare(
    [{ known }, { known }],
    [
      { known, lostInFault: 1 },
      { known, lost: 2 },
      { known, p99Ms: 900 },
    ],
  );
  const [step] = stepsOf(found);
  expect(step?.news.map((failure) => [failureKind(failure, 0), placeText(failure), failure.text])).toEqual([
    ['new failure', 'broker-kill-single/go, validation', 'p99_ms 900'],
    ['known failure', 'broker-kill-single/go, validation', 'lost 2'],
    ['new warning', 'broker-kill-single/go, fault period', 'lost 1'],
  ]);
  expect(step?.news.map((failure) => failureKind(failure))).toEqual(['failure', 'known failure', 'warning']);
  expect(step?.news.map((failure) => [seenText(failure, 0), seenText(failure, 1), seenText(failure, 2)])[0]).toEqual([
    '0 of 2',
    '1 of 3',
    '–',
  ]);
  const [back] = stepsOf(compare([{ lost: 1 }], [{}]));
  expect(back?.gone.map((failure) => failureKind(failure, 0))).toEqual(['failure gone']);
});

it('a scenario is named with what it was played, where that is not one thing', () => {
  const one = roundData().plan;
  const faster = { data: { plan: { ...one, load: { ...one.load, ratePerSecond: 200 } } } };
  const names = (found: VersionsComparison): string[] => found.figures.map((figure) => scenarioText(figure, found));
  expect(new Set(names(compare([{}], [{}])))).toEqual(new Set(['broker-kill-single']));
  expect(names(compare([{}], [faster])).filter((name) => name.includes('200/s'))).toHaveLength(5);
});
