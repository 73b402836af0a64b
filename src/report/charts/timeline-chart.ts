import type { EChartsCoreOption } from 'echarts/core';
import { MARK_CLASSES, MARK_WORDS, type Band, type MarkClass, type Timeline } from '../timeline.js';
import { AXIS_WORDS, LOWEST, spotsOf, TOP, type Grain } from './marks.js';
import { colour, type ColourName } from './palette.js';
import type { Chart } from './render.js';

const SHAPES: Readonly<Record<MarkClass, { readonly symbol: string; readonly sizePx: number }>> = {
  ok: { symbol: 'rect', sizePx: 2 },
  late: { symbol: 'triangle', sizePx: 5 },
  unacked: { symbol: 'diamond', sizePx: 6 },
  lost: { symbol: 'rect', sizePx: 6 },
};

const BAND_COLOURS: Readonly<Record<Band['kind'], ColourName>> = { fault: 'fault', heal: 'heal', judged: 'judged' };

/** Where things lie in the picture, in pixels. */
interface Layout {
  readonly widthPx: number;
  readonly narrow: boolean;
  readonly left: number;
  readonly right: number;
  readonly tops: readonly number[];
  readonly heights: readonly number[];
  readonly totalPx: number;
}

function layoutOf(widthPx: number, tracks: number): Layout {
  const narrow = widthPx < 600;
  const [first, each, gap, top] = narrow ? [64, 104, 24, 42] : [72, 110, 22, 42];
  const heights = [first, ...Array.from({ length: tracks }, () => each)];
  const tops = heights.map((_, i) => top + (i === 0 ? 0 : first + gap + (i - 1) * (each + gap)));
  const totalPx = (tops.at(-1) ?? 0) + (heights.at(-1) ?? 0) + 42;
  return { widthPx, narrow, left: narrow ? 46 : 58, right: 10, tops, heights, totalPx };
}

/** The size of a cell that is one and a half pixels wide and high: marks are at least two. */
export const grainOf = (timeline: Timeline, widthPx: number): Grain => {
  const { left, right, heights } = layoutOf(widthPx, timeline.tracks.length);
  const [wide, high] = [widthPx - left - right, heights[1] ?? 100];
  return { seconds: ((timeline.to - timeline.from) / wide) * 1.5, decades: ((TOP - LOWEST) / high) * 1.5 };
};

const round = (value: number): number => Math.round(value * 1000) / 1000;

const small = (narrow: boolean): object => ({ color: colour('muted'), fontSize: narrow ? 10 : 11 });

function bandsIn(timeline: Timeline, labelled: boolean, narrow: boolean): object {
  return {
    silent: true,
    data: timeline.bands.map((band) => [
      {
        name: labelled ? (narrow && band.kind === 'heal' ? 'wait' : band.label) : '',
        xAxis: round(band.from),
        itemStyle: { color: colour(BAND_COLOURS[band.kind]), opacity: 1 },
        label: { show: labelled, color: colour('text'), fontSize: narrow ? 10 : 12, position: 'top', distance: 4 },
      },
      { xAxis: round(band.to) },
    ]),
  };
}

/** Leader changes, and where a latency becomes late. */
function linesIn(timeline: Timeline, limit: boolean): object {
  return {
    silent: true,
    symbol: 'none',
    label: { show: false },
    lineStyle: { color: colour('text'), type: 'dashed', width: 1, opacity: 0.7 },
    data: [
      ...timeline.leaders.map(({ at }) => ({ xAxis: round(at) })),
      ...(limit ? [{ yAxis: Math.log10(timeline.lateMs), lineStyle: { color: colour('lost'), type: 'dotted' } }] : []),
    ],
  };
}

function throughput(timeline: Timeline, narrow: boolean): object[] {
  const line = (key: 'acked' | 'received', name: ColourName, dashed: boolean): object => ({
    type: 'line',
    silent: true,
    showSymbol: false,
    step: 'end',
    xAxisIndex: 0,
    yAxisIndex: 0,
    lineStyle: { color: colour(name), width: dashed ? 1.5 : 2, type: dashed ? 'dashed' : 'solid' },
    data: withGaps(timeline.perSecond).map((row) => [row.second, row[key]]),
  });
  return [
    { ...line('acked', 'ok', false), markArea: bandsIn(timeline, true, narrow), markLine: linesIn(timeline, false) },
    line('received', 'late', true),
  ];
}

type MaybeSecond = { readonly second: number; readonly acked: number | null; readonly received: number | null };

/** Where no client ran, the lines are broken. */
function withGaps(seconds: Timeline['perSecond']): MaybeSecond[] {
  return seconds.flatMap((row, i) => {
    const next = seconds[i + 1];
    if (next === undefined || next.second === row.second + 1) return [row];
    const last = { ...row, second: row.second + 1 };
    return [row, last, { second: row.second + 1, acked: null, received: null }];
  });
}

function dots(timeline: Timeline, layout: Layout, index: number): object[] {
  const track = timeline.tracks[index];
  const spots = spotsOf(track?.marks ?? [], grainOf(timeline, layout.widthPx));
  const axes = { xAxisIndex: index + 1, yAxisIndex: index + 1 };
  const frame = {
    type: 'line',
    silent: true,
    ...axes,
    data: [],
    markArea: bandsIn(timeline, false, layout.narrow),
    markLine: linesIn(timeline, true),
  };
  const scatters = MARK_CLASSES.filter((kind) => spots[kind].length > 0).map((kind) => ({
    type: 'scatter',
    silent: true,
    large: true,
    largeThreshold: 0,
    progressive: 0,
    clip: false,
    ...axes,
    symbol: SHAPES[kind].symbol,
    symbolSize: SHAPES[kind].sizePx,
    itemStyle: { color: colour(kind), opacity: 1 },
    data: spots[kind].map(({ x, y }) => [round(x), round(y)]),
  }));
  return [frame, ...scatters];
}

function axes(timeline: Timeline, layout: Layout): EChartsCoreOption {
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

function titles(timeline: Timeline, { left, tops }: Layout): object[] {
  const text = ['per second, all SDKs', ...timeline.tracks.map(({ sdk }) => sdk)];
  return text.map((title, i) => ({
    text: title,
    left: left - 4,
    top: (tops[i] ?? 0) - (i === 0 ? 42 : 20),
    padding: 4,
    textStyle: { fontSize: 12, fontWeight: i === 0 ? 'normal' : 'bold', color: colour(i === 0 ? 'muted' : 'text') },
  }));
}

/** In words: how many messages of each class, and what happened when. */
function alternative(timeline: Timeline): string {
  const marks = timeline.tracks.flatMap((track) => track.marks);
  const counts = MARK_CLASSES.map((kind) => `${marks.filter((m) => m.kind === kind).length} ${MARK_WORDS[kind]}`);
  const bands = timeline.bands.map(({ label, from, to }) => `${label} from ${from.toFixed(1)} to ${to.toFixed(1)} s`);
  const leaders = timeline.leaders.length === 0 ? '' : ` ${timeline.leaders.length} groups changed their leader.`;
  return `${marks.length} messages: ${counts.join(', ')}. ${bands.join(', ')}.${leaders} The same data follows as a table.`;
}

/** One scenario in time: messages per second, and below, for every SDK, one mark per message by its latency. */
export const timelineChart = (scenario: string, timeline: Timeline): Chart => ({
  name: `${scenario}-timeline`,
  title: `${scenario} in time`,
  alternative: alternative(timeline),
  draw: (widthPx) => {
    const layout = layoutOf(widthPx, timeline.tracks.length);
    const grid = layout.tops.map((top, i) => ({
      left: layout.left,
      right: layout.right,
      top,
      height: layout.heights[i],
      outerBoundsMode: 'none',
    }));
    const series = [
      ...throughput(timeline, layout.narrow),
      ...timeline.tracks.flatMap((_, i) => dots(timeline, layout, i)),
    ];
    return {
      heightPx: layout.totalPx,
      option: { grid, title: titles(timeline, layout), ...axes(timeline, layout), series },
    };
  },
});
