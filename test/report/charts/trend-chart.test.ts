import { describe, expect, it } from 'vitest';
import { trendChart, type TrendPoint } from '../../../src/report/charts/trend-chart.js';

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

  it('has a dashed line where the figure has changed, and says so in words', () => {
    const chart = trendChart('t', 'p99', points, { changes: [{ at: 28_800_000, worse: true, text: '20 ms → 2.0 s' }] });
    expect(chart.alternative).toMatch(/ Changed since 01-01: 20 ms → 2.0 s\.$/);
    const { series } = chart.draw(310).option as unknown as Option;
    expect(series.at(-1)).toMatchObject({
      lineStyle: { type: 'dashed' },
      data: [
        [28_800_000, 1],
        [28_800_000, 4],
      ],
    });
    expect(trendChart('t', 'p99', points).alternative).not.toContain('Changed');
  });

  it('speaks of messages as of messages, and its lowest height is none', () => {
    const chart = trendChart('t', 'lost', [point(0, 0), point(4, 40)], { unit: 'messages' });
    expect(chart.alternative).toContain('latest 40, median 0, worst 40');
    const { yAxis } = chart.draw(310).option as unknown as {
      readonly yAxis: { readonly min: number; readonly axisLabel: { readonly formatter: (at: number) => string } };
    };
    expect([yAxis.min, yAxis.axisLabel.formatter(-1), yAxis.axisLabel.formatter(2)]).toEqual([-1, '0', '100']);
  });

  it('draws what falls on the same pixel once', () => {
    const crowd = Array.from({ length: 500 }, (_, i) => ({ at: i, ms: 10, passed: true }));
    expect(marks(crowd, 'rect')).toBe(1);
  });
});
