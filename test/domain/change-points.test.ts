import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { chanceOf, changePoints, placeOf } from '../../src/domain/change-points.js';
import { median } from '../../testing/median.js';
import { bounded, timeout } from '../../testing/properties.js';
import { logNormal, plant, realNoise } from '../../testing/series/planted.js';

const none = { absolute: 0, relative: 0 };
/** No two alike, and without any order that matters. */
const wave = (count: number, level: number): number[] =>
  Array.from({ length: count }, (_, i) => level * (1 + 0.02 * (((i * 37) % 11) - 5)));

/** Every way to choose which of the ranks 1 … k + m are the new ones. */
function choices(from: number, k: number, to: number): number[][] {
  if (k === 0) return [[]];
  if (from > to) return [];
  return [...choices(from + 1, k - 1, to).map((rest) => [from, ...rest]), ...choices(from + 1, k, to)];
}

test.each([
  [3, 3],
  [3, 7],
  [4, 5],
])('the chance of each U of %i and %i values is what counting all orders gives', (k, m) => {
  const us = choices(1, k, k + m).map((ranks) => ranks.reduce((sum, rank) => sum + rank, 0) - (k * (k + 1)) / 2);
  for (let u = 0; u <= k * m; u += 1) {
    const atMost = us.filter((one) => one <= Math.min(u, k * m - u)).length;
    expect(chanceOf(u, k, m)).toBeCloseTo(Math.min(1, (2 * atMost) / us.length), 12);
  }
});

test('half a U, as equal values make it, counts as the next one, which is less telling', () => {
  expect(chanceOf(2.5, 4, 6)).toBe(chanceOf(3, 4, 6));
  expect(chanceOf(4 * 6 - 2.5, 4, 6)).toBe(chanceOf(3, 4, 6));
});

/** Each place with both medians by themselves: slow, and plain to see. */
function slowPlaceOf(points: readonly number[]): number {
  const away = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + Math.abs(value - median(values)), 0);
  const latest = points.length - 3;
  const places = Array.from({ length: 24 }, (_, back) => latest - back).filter((place) => place > 0);
  const misfits = places.map((place) => away(points.slice(0, place)) + away(points.slice(place)));
  return places[misfits.indexOf(Math.min(...misfits))]!;
}

test(
  'a change lies where two levels fit the points best, and of several such places at the latest',
  () => {
    const figure = fc.oneof(
      fc.integer({ min: 0, max: 4 }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 99, max: 101, noNaN: true }),
    );
    const levels = fc.tuple(fc.array(figure, { maxLength: 60 }), fc.array(figure, { maxLength: 27 }), figure);
    const series = levels
      .map(([before, after, shift]) => [...before, ...after.map((value) => value + shift)])
      .filter(({ length }) => length > 3);
    fc.assert(
      fc.property(series, (points) => {
        expect(placeOf(points)).toBe(slowPlaceOf(points));
      }),
      bounded(2000),
    );
  },
  timeout,
);

describe('a change', () => {
  const series = [...wave(40, 100), ...wave(40, 200)];

  it('is found three runs after it, where it was, with the medians', () => {
    expect(changePoints(series, none)).toEqual([
      { from: 40, foundAt: 42, before: 100, after: expect.closeTo(98 * 2, -1) },
    ]);
  });

  it('is found by whoever sees the series up to then, and never moves afterwards', () => {
    const all = changePoints([...series, ...wave(40, 100)], none);
    expect(all.map(({ from }) => from)).toEqual([40, 80]);
    for (let end = 1; end <= series.length; end += 1) {
      expect(changePoints(series.slice(0, end), none)).toEqual(all.filter(({ foundAt }) => foundAt < end));
    }
  });

  it('is found downwards, too', () => {
    expect(changePoints([...series].reverse(), none)).toMatchObject([{ from: 40 }]);
  });

  it('is none if it is less than the least that counts, in itself or as a part of what was', () => {
    expect(changePoints(series, { absolute: 120, relative: 0 })).toEqual([]);
    expect(changePoints(series, { absolute: 0, relative: 1.2 })).toEqual([]);
    expect(changePoints(series, { absolute: 80, relative: 0.8 })).toHaveLength(1);
  });

  it('is none where nothing was before it, in a few odd runs, or in a series of one value', () => {
    expect(changePoints([...wave(4, 100), ...wave(40, 200)].slice(0, 12), none)).toEqual([]);
    const odd = wave(60, 100).map((value, i) => (i % 20 === 7 || i % 20 === 8 ? 50 * value : value));
    expect(changePoints(odd, none)).toEqual([]);
    expect(changePoints(Array<number>(60).fill(0), none)).toEqual([]);
  });

  it('is found where nothing was ever lost, and now a little always is', () => {
    const lost = [...Array<number>(40).fill(0), 3, 1, 2, 1];
    expect(changePoints(lost, { absolute: 1, relative: 0.2 })).toMatchObject([{ from: 40, foundAt: 42, before: 0 }]);
  });

  it('is compared with all that came since the change before it', () => {
    const values = [...wave(40, 100), ...wave(12, 200), ...wave(6, 400)];
    expect(changePoints(values, none).map(({ from }) => from)).toEqual([40, 52]);
  });

  it('is found though the rounds before were at another level for a long time', () => {
    const values = [...wave(200, 500), ...wave(200, 100), ...wave(10, 200)];
    expect(changePoints(values, none).map(({ from, foundAt }) => [from, foundAt])).toEqual([
      [200, 202],
      [400, 402],
    ]);
  });
});

// In whole: `npm run bench -- 14`.
describe('shifts of 50 %', () => {
  it('are found within six runs where the figures lie within about 10 %', () => {
    const { hits, planted } = plant(logNormal(0.1), { series: 20, size: 0.5, seed: 5 });
    expect(hits / planted).toBeGreaterThanOrEqual(0.95);
  });

  it('are not seen where there are none, whatever the noise of real rounds is', () => {
    const found = realNoise().map((noise) => plant(noise, { series: 2, size: 0.5, seed: 7 }));
    const sum = (values: readonly number[]): number => values.reduce((all, n) => all + n, 0);
    expect(sum(found.map(({ points }) => points))).toBeGreaterThan(5000);
    expect(sum(found.map(({ falseAlarms }) => falseAlarms))).toBeLessThanOrEqual(5);
  });
});
