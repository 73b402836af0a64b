import { latenciesUs, percentileOfSorted, type Ledger } from '../../domain/ledger.js';
import { DECADES } from './marks.js';
import { colour } from './palette.js';
import type { Chart } from './render.js';

/** Percentiles of a curve; the last one is the maximum. */
export const CURVE = [0, 10, 25, 50, 75, 90, 95, 97, 98, 99, 99.5, 99.8, 99.9, 100];

/** Place of a percentile on an axis of nines: 90, 99 and 99.9 are equally far apart, the maximum is at the end. */
const END = 3.8;
const placeOf = (p: number): number => (p >= 100 ? END : -Math.log10(1 - p / 100));

/** Latencies (ms) of one SDK at the percentiles of CURVE, without a fault and after one; undefined where there is no ledger. */
export interface SdkCurves {
  readonly sdk: string;
  readonly control: readonly number[] | undefined;
  readonly validation: readonly number[] | undefined;
}

export function curveOf(ledger: Ledger | undefined): readonly number[] | undefined {
  if (ledger === undefined) return undefined;
  const latencies = latenciesUs(ledger.messages, ledger.endUs).sort((a, b) => a - b);
  return latencies.length === 0 ? undefined : CURVE.map((p) => (percentileOfSorted(latencies, p) ?? 0) / 1000);
}

const NINES = new Map([
  [placeOf(50), '50'],
  [placeOf(90), '90'],
  [placeOf(99), '99'],
  [placeOf(99.9), '99.9'],
  [END - 0.04, 'max'],
]);

const points = (curve: readonly number[]): number[][] =>
  curve.map((ms, i) => [placeOf(CURVE[i] ?? 100), Math.log10(Math.max(ms, 0.1))]);

function series(curves: SdkCurves, index: number, limitMs: number): object[] {
  const common = { type: 'line', silent: true, showSymbol: false, xAxisIndex: index, yAxisIndex: index };
  const line = (curve: readonly number[] | undefined, style: object): object[] =>
    curve === undefined ? [] : [{ ...common, lineStyle: style, data: points(curve) }];
  const limit = {
    ...common,
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: index === 0, formatter: 'limit', color: colour('lost'), fontSize: 10, position: 'insideEndTop' },
      lineStyle: { color: colour('lost'), type: 'dotted', width: 1.5 },
      data: [{ yAxis: Math.log10(limitMs) }],
    },
  };
  return [
    limit,
    ...line(curves.control, { color: colour('late'), width: 2, type: 'dashed' }),
    ...line(curves.validation, { color: colour('ok'), width: 2 }),
  ];
}

function axes(count: number, bottom: (i: number) => boolean, left: (i: number) => boolean): object {
  const text = { color: colour('muted'), fontSize: 10 };
  const line = { lineStyle: { color: colour('line') } };
  const each = Array.from({ length: count }, (_, i) => i);
  return {
    xAxis: each.map((i) => ({
      type: 'value',
      gridIndex: i,
      min: 0,
      max: END,
      axisLine: { ...line, onZero: false },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: {
        ...text,
        show: bottom(i),
        customValues: [...NINES.keys()],
        formatter: (value: number) => NINES.get(value) ?? '',
      },
    })),
    yAxis: each.map((i) => ({
      type: 'value',
      gridIndex: i,
      min: -1,
      max: 4,
      interval: 1,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: line,
      axisLabel: { ...text, show: left(i), formatter: (value: number) => DECADES.get(value) ?? '' },
    })),
  };
}

/** Latency by percentile of every SDK: dashed without a fault, solid after it. */
export const percentileChart = (scenario: string, curves: readonly SdkCurves[], limitMs: number): Chart => ({
  name: `${scenario}-percentiles`,
  title: `Latency percentiles: validation of ${scenario} against the control run`,
  alternative: 'Dashed: control run, before any fault. Solid: validation. The same data follows as a table.',
  draw: (widthPx) => {
    const columns = Math.min(curves.length, widthPx < 600 ? 2 : 4);
    const [left, gapX, gapY, height, top] = [48, 18, 44, 120, 26];
    const width = (widthPx - left - 12 - gapX * (columns - 1)) / Math.max(1, columns);
    const rows = Math.ceil(curves.length / Math.max(1, columns));
    const place = (i: number): { left: number; top: number } => ({
      left: Math.round(left + (i % columns) * (width + gapX)),
      top: top + Math.floor(i / columns) * (height + gapY),
    });
    return {
      heightPx: top + rows * (height + gapY) - gapY + 28,
      option: {
        grid: curves.map((_, i) => ({ ...place(i), width: Math.round(width), height, outerBoundsMode: 'none' })),
        title: curves.map(({ sdk }, i) => ({
          text: sdk,
          left: place(i).left - 4,
          top: place(i).top - 24,
          padding: 4,
          textStyle: { fontSize: 12, color: colour('text') },
        })),
        ...axes(
          curves.length,
          (i) => i + columns >= curves.length,
          (i) => i % columns === 0,
        ),
        series: curves.flatMap((each, i) => series(each, i, limitMs)),
      },
    };
  },
});
