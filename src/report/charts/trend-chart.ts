import { spoken } from '../../domain/series.js';
import { colour } from './palette.js';
import type { Chart } from './render.js';
import { percentileOfSorted } from '../../domain/ledger.js';

/** One run in a trend: when (ms since 1970), the figure in ms, or in messages (null: no result), and whether it passed. */
export interface TrendPoint {
  readonly at: number;
  readonly ms: number | null;
  readonly passed: boolean;
}

/** A change in a trend: the run since which it is another one, and what was found, in words. */
export interface TrendChange {
  readonly at: number;
  readonly worse: boolean;
  readonly text: string;
}

export const TREND_PX = 310;
const HEIGHT_PX = 130;
const LOWEST_MS = 0.1;

const decade = (ms: number): number => Math.log10(Math.max(ms, LOWEST_MS));

type Unit = 'ms' | 'messages';

function words(points: readonly TrendPoint[], unit: Unit, changes: readonly TrendChange[]): string {
  const said = (value: number): string => (unit === 'ms' ? spoken(value) : String(value));
  const values = points.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b);
  const failed = points.filter(({ passed }) => !passed).length;
  const latest = points.at(-1)?.ms;
  const median = percentileOfSorted(values, 50);
  const numbers =
    median === null
      ? 'no value'
      : `latest ${latest == null ? 'none' : said(latest)}, median ${said(median)}, worst ${said(values.at(-1) ?? 0)}`;
  const changed = changes.map(({ at, text }) => ` Changed since ${day(at)}: ${text}.`);
  return `${points.length} run${points.length === 1 ? '' : 's'}, ${failed} not passed; ${numbers}.${changed.join('')}`;
}

/** Points of one kind that would be drawn on the same pixel are one. */
function spots(points: readonly TrendPoint[], top: number, fromMs: number, spanMs: number): number[][] {
  const seen = new Map<string, number[]>();
  for (const { at, ms } of points) {
    const y = ms === null ? top : decade(ms);
    const key = `${Math.round(((at - fromMs) / spanMs) * TREND_PX)}:${Math.round(y * 30)}`;
    if (!seen.has(key)) seen.set(key, [at, Math.round(y * 1000) / 1000]);
  }
  return [...seen.values()];
}

const DAY_MS = 86_400_000;

const day = (at: number): string => new Date(at).toISOString().slice(5, 10);

/** Where on the log axis there is nothing but 0. */
const axisText = (unit: Unit, value: number): string => {
  if (unit === 'ms') return spoken(10 ** value).replace('.0', '');
  return value < 0 ? '0' : String(10 ** value);
};

/** A line at the run since which a figure is another one. */
const changeLine = ({ at, worse }: TrendChange, bottom: number, top: number): object => ({
  type: 'line',
  silent: true,
  symbol: 'none',
  lineStyle: { color: colour(worse ? 'lost' : 'second'), type: 'dashed', width: 1.5 },
  data: [
    [at, bottom],
    [at, top],
  ],
});

/** A figure over runs, on a log axis: small squares passed, triangles did not, and a dashed line stands where it changed. */
export function trendChart(
  name: string,
  title: string,
  points: readonly TrendPoint[],
  { unit = 'ms', changes = [] }: { readonly unit?: Unit; readonly changes?: readonly TrendChange[] } = {},
): Chart {
  return {
    name,
    title,
    alternative: words(points, unit, changes),
    draw: () => {
      const values = points.flatMap(({ ms }) => ms ?? [1]).map(decade);
      const bottom = Math.floor(values.reduce((least, value) => Math.min(least, value), 3));
      const top = Math.max(bottom + 1, Math.ceil(values.reduce((most, value) => Math.max(most, value), bottom)));
      const [from, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
      const to = Math.max(last, from + DAY_MS);
      const text = { color: colour('muted'), fontSize: 10 };
      const line = { lineStyle: { color: colour('line') } };
      // The chart library cannot draw a large series that is empty.
      const series = (passed: boolean, symbol: string, sizePx: number): object[] => {
        const chosen = points.filter((point) => point.passed === passed);
        const style = { symbol, symbolSize: sizePx, itemStyle: { color: colour(passed ? 'ok' : 'lost'), opacity: 1 } };
        const large = { large: true, largeThreshold: 0, progressive: 0, clip: false, silent: true };
        return chosen.length === 0
          ? []
          : [{ type: 'scatter', ...large, ...style, data: spots(chosen, top, from, to - from) }];
      };
      return {
        heightPx: HEIGHT_PX,
        option: {
          grid: { left: 48, right: 16, top: 10, bottom: 22, outerBoundsMode: 'none' },
          xAxis: {
            type: 'value',
            min: from,
            max: to,
            axisLine: { ...line, onZero: false },
            axisTick: { show: false },
            splitLine: { show: false },
            axisLabel: { ...text, customValues: [from, (from + to) / 2, to], formatter: day },
          },
          yAxis: {
            type: 'value',
            min: bottom,
            max: top,
            interval: 1,
            axisLine: { show: false },
            axisTick: { show: false },
            splitLine: line,
            axisLabel: { ...text, formatter: (value: number) => axisText(unit, value) },
          },
          series: [
            ...series(true, 'rect', points.length > 200 ? 2 : 4),
            ...series(false, 'triangle', 7),
            ...changes.map((change) => changeLine(change, bottom, top)),
          ],
        },
      };
    },
  };
}
