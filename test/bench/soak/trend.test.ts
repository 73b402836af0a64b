import { describe, expect, it } from 'vitest';
import { FIRST_JUDGED, LEAST_JUDGED, limitText, trendOf } from '../../../testing/soak/trend.js';

const share = { kind: 'share', percent: 10 } as const;
const series = (count: number, value: (round: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i + 1));

/** Moves about by 40, without a trend. */
const noise = (round: number): number => 20 + 20 * Math.sin(round * round);

describe('a figure of many rounds', () => {
  it('is flat where it moves about one level', () => {
    const trend = trendOf(
      series(60, (round) => 300 + noise(round)),
      share,
    );
    expect(trend?.flat).toBe(true);
    expect(Math.abs(trend?.rise ?? NaN)).toBeLessThan(15);
  });

  it('rises where it gains a little in each round, however much it moves about', () => {
    const trend = trendOf(
      series(60, (round) => 300 + round + noise(round)),
      share,
    );
    expect(trend).toMatchObject({ flat: false });
    expect(trend?.slope).toBeCloseTo(1, 0);
  });

  it('is not judged by the rounds before the tenth, in which everything warms up', () => {
    const warm = trendOf(
      series(30, (round) => Math.min(round, FIRST_JUDGED) * 100),
      share,
    );
    expect(warm).toEqual({ slope: 0, rise: 0, median: 1000, flat: true });
    expect(
      trendOf(
        series(30, (round) => Math.min(round, FIRST_JUDGED + 15) * 100),
        share,
      )?.flat,
    ).toBe(false);
  });

  it('is not moved by a few odd rounds', () => {
    const odd = (round: number): number => (round > 26 ? 5000 : 300);
    expect(trendOf(series(30, odd), share)).toEqual({ slope: 0, rise: 0, median: 300, flat: true });
  });

  it('may fall', () => {
    expect(
      trendOf(
        series(30, (round) => 1000 - 10 * round),
        share,
      ),
    ).toMatchObject({ slope: -10, flat: true });
  });

  it('is not judged where the rounds are too few', () => {
    const needed = FIRST_JUDGED + LEAST_JUDGED - 1;
    expect(
      trendOf(
        series(needed - 1, () => 7),
        share,
      ),
    ).toBeUndefined();
    expect(
      trendOf(
        series(needed, () => 7),
        share,
      ),
    ).toMatchObject({ median: 7, flat: true });
  });

  it.each([
    ['a share of the level', share, 20 / 50, 22 / 50, '≤ 10 %'],
    ['a number in all', { kind: 'total', most: 3 } as const, 3 / 50, 4 / 50, '≤ 3'],
    ['a number in each round', { kind: 'each', most: 2 } as const, 2, 2.01, '≤ 2 a round'],
  ])('may gain as much as its limit says: %s', (_, limit, within, beyond, text) => {
    const rising = (slope: number) =>
      trendOf(
        series(60, (round) => 200 + slope * (round - 35)),
        limit,
      );
    expect(rising(within - 1e-9)?.flat).toBe(true);
    expect(rising(beyond)?.flat).toBe(false);
    expect(limitText(limit)).toBe(text);
  });
});
