import { MARK_CLASSES, type Band, type MarkClass, type Timeline } from '../timeline.js';
import { spotsOf } from './marks.js';
import { colour, type ColourName } from './palette.js';
import { grainOf, round, type Layout } from './timeline-layout.js';

const SHAPES: Readonly<Record<MarkClass, { readonly symbol: string; readonly sizePx: number }>> = {
  ok: { symbol: 'rect', sizePx: 2 },
  late: { symbol: 'triangle', sizePx: 5 },
  unacked: { symbol: 'diamond', sizePx: 6 },
  lost: { symbol: 'rect', sizePx: 6 },
};

const BAND_COLOURS: Readonly<Record<Band['kind'], ColourName>> = { fault: 'fault', heal: 'heal', judged: 'judged' };

function bandsIn(
  timeline: Timeline,
  labelled: boolean,
  narrow: boolean,
): { readonly silent: boolean; readonly data: object[][] } {
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

const LANE_PX = 13;

/** The faults of a timeline, each in a lane of its own: some are on together. */
const lanesIn = ({ faults = [] }: Timeline, topPx: number, narrow: boolean): object[][] =>
  faults.map(({ label, from, to }, i) => [
    {
      name: label,
      xAxis: round(from),
      y: topPx + 2 + i * LANE_PX,
      itemStyle: { color: colour('text'), opacity: 0.16 },
      label: { show: true, color: colour('text'), fontSize: narrow ? 9 : 10, position: 'insideLeft' },
    },
    { xAxis: round(to), y: topPx + i * LANE_PX + LANE_PX },
  ]);

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

/** Acknowledged and received per second, with what was going on behind them. */
export function throughput(timeline: Timeline, narrow: boolean, topPx = 0): object[] {
  const bands = bandsIn(timeline, true, narrow);
  const areas = { ...bands, data: [...bands.data, ...lanesIn(timeline, topPx, narrow)] };
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
    { ...line('acked', 'ok', false), markArea: areas, markLine: linesIn(timeline, false) },
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

/** The messages of one SDK: a mark for each, below the same bands. */
export function dots(timeline: Timeline, layout: Layout, index: number): object[] {
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
