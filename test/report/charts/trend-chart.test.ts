import { describe, expect, it } from 'vitest';
import { spoken, trendChart, type TrendPoint } from '../../../src/report/charts/trend-chart.js';

it.each([
  [1.25, '1.3 ms'],
  [9.94, '9.9 ms'],
  [12.4, '12 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [34_000, '34 s'],
])('%f ms is said as %s', (ms, text) => {
  expect(spoken(ms)).toBe(text);
});

const point = (hour: number, ms: number | null, passed = true): TrendPoint => ({ at: hour * 3_600_000, ms, passed });
const points = [point(0, 10), point(4, 30), point(8, 2000, false), point(12, 20)];

interface Option {
  readonly xAxis: { readonly min: number; readonly max: number };
  readonly yAxis: { readonly min: number; readonly max: number };
  readonly series: readonly { readonly symbol: string; readonly data: readonly (readonly [number, number])[] }[];
}

const optionOf = (of: readonly TrendPoint[]): Option =>
  trendChart('t', 'p99', of).draw(310).option as unknown as Option;
const marks = (of: readonly TrendPoint[], symbol: string): number =>
  optionOf(of).series.find((series) => series.symbol === symbol)?.data.length ?? 0;

describe('a trend', () => {
  it('says in words how many runs, how many of them failed, and the figures', () => {
    const { alternative } = trendChart('t', 'p99', points);
    for (const part of ['4 runs', '1 not', '20 ms', '2.0 s']) expect(alternative).toContain(part);
    expect(trendChart('t', 'p99', [point(0, null)]).alternative).toMatch(/^1 run,/);
  });

  it('has a mark for each run: another shape where it did not pass', () => {
    expect(marks(points, 'rect')).toBe(3);
    expect(marks(points, 'triangle')).toBe(1);
    expect(marks(points.slice(0, 1), 'triangle')).toBe(0);
  });

  it('has a mark at the top for a run without a value', () => {
    const of = [...points, point(16, null, false)];
    expect(optionOf(of).series[1]?.data.at(-1)?.[1]).toBe(optionOf(of).yAxis.max);
  });

  it('has whole decades, and at least a day', () => {
    expect(optionOf(points).yAxis).toMatchObject({ min: 1, max: 4 });
    const { min, max } = optionOf(points).xAxis;
    expect(max - min).toBe(86_400_000);
  });

  it('draws what falls on the same pixel once', () => {
    const crowd = Array.from({ length: 500 }, (_, i) => ({ at: i, ms: 10, passed: true }));
    expect(marks(crowd, 'rect')).toBe(1);
  });
});
