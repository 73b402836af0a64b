import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { differencesOf, type TwoSides } from '../../src/domain/version-noise.js';
import { bounded, timeout } from '../../testing/properties.js';
import { logNormal, realNoise } from '../../testing/series/planted.js';
import { compareInTurn, compareNoise } from '../../testing/series/planted-versions.js';

const p99 = { figure: 'p99', least: { absolute: 5, relative: 0.2 } };
const sides = (before: number[], after: number[], change: Partial<TwoSides> = {}): TwoSides => ({
  ...{ ...p99, before, after },
  ...change,
});
const one = (...of: Parameters<typeof sides>): unknown => differencesOf([sides(...of)])[0];

describe('a figure of three rounds against three', () => {
  test.each<[string, number[], number[], unknown]>([
    ['more, and far from all that was before, is worse', [100, 104, 98], [210, 205, 220], 'worse'],
    ['less, and far from all that was before, is better', [210, 205, 220], [100, 104, 98], 'better'],
    ['as far apart as the rounds of one side are is noise', [100, 150, 120], [200, 205, 210], null],
    ['apart but for one round is noise', [100, 104, 98], [210, 103, 220], null],
    ['the same is no difference', [100, 100, 100], [100, 100, 100], null],
    ['less than 20 % apart is none, however close the rounds are', [100, 100, 100], [119, 119, 119], null],
    ['less apart than anybody must know of is none', [1, 1, 1], [4, 4, 4], null],
    [
      'less by a sixth is better, as a fifth more the other way round is worse',
      [100, 100, 100],
      [82, 82, 82],
      'better',
    ],
    ['a few units near zero are close to each other', [0, 1, 0.5], [8, 9, 8.5], 'worse'],
    ['apart near zero counts in the unit of the figure', [0, 0, 0], [5, 5.1, 5.2], 'worse'],
  ])('%s', (_, before, after, expected) => {
    expect(one(before, after)).toBe(expected);
  });

  it('is judged by how far the rounds of other figures of its kind lie apart, too', () => {
    const clear = sides([100, 104, 98], [210, 205, 220]);
    const noisy = sides([10, 95, 40], [12, 90, 30]);
    const ofOtherKind = { ...noisy, figure: 'outage' };
    expect(differencesOf([clear, noisy, noisy])).toEqual([null, null, null]);
    expect(differencesOf([clear, ofOtherKind, ofOtherKind])[0]).toBe('worse');
    expect(differencesOf([clear, clear, clear, clear, noisy])[0]).toBe('worse');
  });
});

it('with fewer than three rounds on a side no figure is judged, and none lends its noise to others', () => {
  expect([one([100, 100], [900, 900, 900]), one([100, 100, 100], [900]), one([], [])]).toEqual([null, null, null]);
  const clear = sides([100, 104, 98], [210, 205, 220]);
  const few = sides([1, 1000], [1, 1000]);
  expect(differencesOf([few, few, few, clear])).toEqual([null, null, null, 'worse']);
});

it('with more rounds the distance may be less, and with ten against ten the sides may overlap', () => {
  // So many figures that the test of ranks says nothing yet.
  const among = (...of: Parameters<typeof sides>): unknown => differencesOf(Array(20).fill(sides(...of)))[0];
  const [before, after] = [
    [100, 130, 115],
    [151, 185, 170],
  ];
  expect(among(before, after)).toBeNull();
  expect(among([...before, 110, 120], [...after, 160, 175])).toBe('worse');
  expect(among([...before, 110, 120], [131, ...after, 175])).toBeNull();
  const ten = Array.from({ length: 10 }, (_, i) => 100 + 10 * i);
  expect(one(ten, [...ten.slice(1).map((value) => value + 100), 180])).toBe('worse');
  expect(
    one(
      ten,
      ten.map((value) => value + 30),
    ),
  ).toBeNull();
});

it('the other way round, what was worse is better', { timeout }, () => {
  const side = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 8 });
  const near = fc
    .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 4 }), fc.nat(20))
    .map(([level, times, spread]): [number[], number[]] => [
      [level, level + spread, level + 1],
      [level * times, level * times + spread, level * times + 1],
    ]);
  const cell = fc
    .oneof(fc.tuple(side, side), near)
    .chain(([before, after]) => fc.constantFrom('p99', 'outage').map((figure) => sides(before, after, { figure })));
  const seen = new Set<unknown>();
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 6 }), (cells) => {
      const found = differencesOf(cells);
      found.forEach((difference) => seen.add(difference));
      const swapped = differencesOf(cells.map((c) => ({ ...c, before: c.after, after: c.before })));
      const turned = { worse: 'better', better: 'worse' } as const;
      expect(swapped).toEqual(found.map((difference) => difference && turned[difference]));
    }),
    bounded(300),
  );
  expect(seen).toEqual(new Set(['worse', 'better', null]));
});

// In whole: `npm run bench -- 18`.
describe('of comparisons with 60 figures', () => {
  it.each([3, 5, 10])('not one in twenty of a version with itself says worse, with %i rounds each', (rounds) => {
    for (const noises of [realNoise(), [logNormal(0.1)], [logNormal(0.5)]]) {
      const { saidWorse, comparisons } = compareNoise(noises, { rounds, comparisons: 200, seed: 11 });
      expect(saidWorse / comparisons).toBeLessThanOrEqual(0.05);
    }
  });

  it('those of real rounds in their order say hardly anything', () => {
    const series = realNoise()
      .filter(({ factors }) => factors.length > 50)
      .map(({ of, factors }) => ({ of, values: factors }));
    expect(series).toHaveLength(8);
    for (const rounds of [3, 5, 10]) {
      const { saidWorse, comparisons } = compareInTurn(series, rounds);
      expect(comparisons).toBeGreaterThan(30);
      expect(saidWorse).toBeLessThanOrEqual(2);
    }
  });

  it('those with a figure that has doubled find it, where it varies by about 10 %', () => {
    const { shifted } = compareNoise([logNormal(0.1)], { rounds: 3, comparisons: 100, seed: 12, shift: 2 });
    expect(shifted.filter(({ found }) => found).length).toBeGreaterThanOrEqual(90);
    const some = compareNoise(realNoise(), { rounds: 10, comparisons: 100, seed: 13, shift: 3 }).shifted;
    expect(some.filter(({ found }) => found).length).toBeGreaterThanOrEqual(60);
  });
});
