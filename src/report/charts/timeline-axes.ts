import type { EChartsCoreOption } from 'echarts/core';
import type { Timeline } from '../timeline.js';
import { AXIS_WORDS, LOWEST, TOP } from './marks.js';
import { colour } from './palette.js';
import { round, type Layout } from './timeline-layout.js';

const small = (narrow: boolean): object => ({ color: colour('muted'), fontSize: narrow ? 10 : 11 });

/** Seconds from the inject, written below the last track alone; per second, and latencies by decades. */
export function axes(timeline: Timeline, layout: Layout): EChartsCoreOption {
  const { narrow, tops } = layout;
  const last = tops.length - 1;
  const line = { lineStyle: { color: colour('line') } };
  return {
    xAxis: tops.map((_, i) => ({
      type: 'value',
      gridIndex: i,
      min: round(timeline.from),
      max: round(timeline.to),
      interval: narrow ? 30 : 10,
      axisLine: { show: true, ...line, onZero: false },
      axisTick: { show: i === last, ...line },
      splitLine: { show: false },
      axisLabel: { show: i === last, customValues: ticks(timeline, narrow ? 4 : 13), ...small(narrow) },
      name: i === last ? 'seconds from the injection' : '',
      nameLocation: 'middle',
      nameGap: 24,
      nameTextStyle: small(narrow),
    })),
    yAxis: tops.map((_, i) => ({
      type: 'value',
      gridIndex: i,
      splitLine: { show: i === 0, ...line },
      axisLine: { show: false },
      axisTick: { show: false },
      ...(i === 0 ? { splitNumber: 2, axisLabel: small(narrow) } : latencyAxis(narrow)),
    })),
  };
}

const latencyAxis = (narrow: boolean): object => ({
  min: LOWEST,
  max: TOP,
  axisLabel: {
    ...small(narrow),
    customValues: [...AXIS_WORDS.keys()].filter((value) => ![LOWEST, 1, 3].includes(value)),
    formatter: (value: number) => AXIS_WORDS.get(value) ?? '',
  },
});

/** Round numbers of seconds that lie in the picture; zero is one of them. */
function ticks({ from, to }: Timeline, wanted: number): number[] {
  const step = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600].find((s) => (to - from) / s <= wanted) ?? 1800;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}
