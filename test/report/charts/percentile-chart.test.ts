import { describe, expect, it } from 'vitest';
import type { LedgerMessage } from '../../../src/domain/ledger.js';
import { CURVE, curveOf, percentileChart } from '../../../src/report/charts/percentile-chart.js';

/** One message for each latency in ms. */
const ledger = (latencies: readonly number[]) => ({
  endUs: 1e9,
  events: [],
  messages: latencies.map((ms, seq): LedgerMessage => {
    const times = { intended_us: seq * 1000, queued_us: 0, sent_us: 0, ack_us: 1, recv_us: (seq + ms) * 1000 };
    return { seq, ...times, attempts: 1, dups: 0 };
  }),
});

describe('a curve', () => {
  it('goes from the least latency by percentiles to the greatest, in ms', () => {
    const curve = curveOf(ledger([...Array(100).keys()].map((i) => 100 - i)))!;
    expect(curve).toHaveLength(CURVE.length);
    expect(curve[0]).toBe(1);
    expect(curve[CURVE.indexOf(50)]).toBe(50);
    expect(curve[CURVE.indexOf(99)]).toBe(99);
    expect(curve.at(-1)).toBe(100);
  });

  it('is undefined where there is no ledger, or nothing in it', () => {
    expect(curveOf(undefined)).toBeUndefined();
    expect(curveOf(ledger([]))).toBeUndefined();
  });
});

interface Option {
  readonly grid: readonly { readonly left: number; readonly top: number; readonly width: number }[];
  readonly series: readonly {
    readonly xAxisIndex: number;
    readonly data: readonly (readonly [number, number])[];
    readonly markLine?: { readonly data: readonly { readonly yAxis: number }[] };
  }[];
}

describe('the chart', () => {
  const curve = CURVE.map((_, i) => i + 1);
  const curves = ['a', 'b', 'c', 'd', 'e'].map((sdk) => ({ sdk, control: curve, validation: curve }));
  const drawn = (widthPx: number, of = curves) => percentileChart('kill', of, 500).draw(widthPx);
  const optionOf = (widthPx: number, of = curves): Option => drawn(widthPx, of).option as unknown as Option;

  it('has a picture for each SDK: four beside each other, two on a narrow screen', () => {
    const columns = ({ grid }: Option): number => new Set(grid.map(({ left }) => left)).size;
    expect(optionOf(960).grid).toHaveLength(5);
    expect([columns(optionOf(960)), columns(optionOf(344))]).toEqual([4, 2]);
    expect(drawn(344).heightPx).toBeGreaterThan(drawn(960).heightPx);
    for (const { left, width } of optionOf(960).grid) expect(left + width).toBeLessThanOrEqual(960);
  });

  it('has the limit, and a line for each phase that there is', () => {
    expect(optionOf(960).series).toHaveLength(15);
    expect(optionOf(960).series[0]?.markLine?.data[0]?.yAxis).toBeCloseTo(Math.log10(500));
    const half = optionOf(960, [{ sdk: 'a', control: curve, validation: undefined as never }]);
    expect(half.series).toHaveLength(2);
  });

  it('spaces percentiles by their nines, and latencies by decades', () => {
    const line = optionOf(960).series[1]!.data;
    const x = (p: number): number => line[CURVE.indexOf(p)]![0];
    expect(x(99) - x(90)).toBeCloseTo(x(99.9) - x(99));
    expect(x(100)).toBeGreaterThan(x(99.9));
    expect(line[CURVE.indexOf(0)]).toEqual([expect.closeTo(0), 0]);
  });
});
