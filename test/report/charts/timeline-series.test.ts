import { describe, expect, it } from 'vitest';
import { colour } from '../../../src/report/charts/palette.js';
import { layoutOf } from '../../../src/report/charts/timeline-layout.js';
import { dots, throughput } from '../../../src/report/charts/timeline-series.js';
import type { Timeline } from '../../../src/report/timeline.js';

const timeline: Timeline = {
  from: -2,
  to: 100,
  lateMs: 500,
  tracks: [
    {
      sdk: 'go',
      marks: [
        { kind: 'ok', atSeconds: 0, latencyMs: 10 },
        { kind: 'lost', atSeconds: 1, latencyMs: null },
      ],
    },
  ],
  perSecond: [
    { second: 0, acked: 5, received: 4 },
    { second: 1, acked: 6, received: 6 },
    { second: 90, acked: 1, received: 1 },
  ],
  bands: [
    { kind: 'fault', label: 'fault', from: 0, to: 30 },
    { kind: 'heal', label: 'heal wait', from: 30, to: 90 },
  ],
  leaders: [{ at: 4, label: 'meta → n3' }],
  rows: [],
};

interface Series {
  readonly type: string;
  readonly xAxisIndex: number;
  readonly symbol?: string;
  readonly itemStyle?: { readonly color: string };
  readonly data: readonly (readonly (number | null)[])[];
  readonly markArea?: { readonly data: readonly (readonly { readonly name?: string; readonly xAxis: number }[])[] };
  readonly markLine?: { readonly data: readonly { readonly xAxis?: number; readonly yAxis?: number }[] };
}

describe('the throughput', () => {
  const [acked, received] = throughput(timeline, false) as [Series, Series];

  it('is a line each of what was acknowledged and received, broken where no client ran', () => {
    expect(acked.data).toEqual([
      [0, 5],
      [1, 6],
      [2, 6],
      [2, null],
      [90, 1],
    ]);
    expect(received.data[0]).toEqual([0, 4]);
  });

  it('lies on the bands with their names, and has the changes of leaders', () => {
    expect(acked.markArea?.data.map(([from, to]) => [from?.name, from?.xAxis, to?.xAxis])).toEqual([
      ['fault', 0, 30],
      ['heal wait', 30, 90],
    ]);
    expect(acked.markLine?.data).toEqual([{ xAxis: 4 }]);
    const [narrow] = throughput(timeline, true) as [Series];
    expect(narrow.markArea?.data[1]?.[0]?.name?.length).toBeLessThan('heal wait'.length);
  });
});

describe('the messages of an SDK', () => {
  const [frame, ...scatters] = dots(timeline, layoutOf(960, 1), 0) as [Series, ...Series[]];

  it('are marks of the colour and the shape of their class, on the axes of their track', () => {
    expect(scatters.map(({ itemStyle }) => itemStyle?.color)).toEqual([colour('ok'), colour('lost')]);
    expect(scatters.map(({ data }) => data.length)).toEqual([1, 1]);
    expect(new Set([frame, ...scatters].map(({ xAxisIndex }) => xAxisIndex))).toEqual(new Set([1]));
    expect(scatters[0]?.data[0]?.[1]).toBeCloseTo(1, 0);
  });

  it('lie on the bands without their names, with the limit', () => {
    expect(frame.markArea?.data.map(([from]) => from?.name)).toEqual(['', '']);
    expect(frame.markLine?.data.at(-1)?.yAxis).toBeCloseTo(Math.log10(500));
  });
});

it('the faults of a timeline have a lane each, above one another at the top, and none where there is one fault', () => {
  const faults = [
    { label: 'cut', from: 0, to: 25 },
    { label: 'kill', from: 5, to: 15 },
  ];
  const areas = (of: Timeline) => (throughput(of, false, 42)[0] as Series).markArea?.data ?? [];
  const lanes = areas({ ...timeline, faults }).slice(timeline.bands.length);
  expect(lanes).toMatchObject([
    [
      { name: 'cut', xAxis: 0, y: 44 },
      { xAxis: 25, y: 55 },
    ],
    [
      { name: 'kill', xAxis: 5, y: 57 },
      { xAxis: 15, y: 68 },
    ],
  ]);
  expect(areas(timeline)).toHaveLength(timeline.bands.length);
});
