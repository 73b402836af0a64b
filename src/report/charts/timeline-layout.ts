import type { Timeline } from '../timeline.js';
import { LOWEST, TOP, type Grain } from './marks.js';

/** Where things lie in the picture, in pixels. */
export interface Layout {
  readonly widthPx: number;
  readonly narrow: boolean;
  readonly left: number;
  readonly right: number;
  readonly tops: readonly number[];
  readonly heights: readonly number[];
  readonly totalPx: number;
}

/** Throughput on top, and below it one track for each SDK. */
export function layoutOf(widthPx: number, tracks: number): Layout {
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

/** No picture shows more than a thousandth of a second, or of a decade. */
export const round = (value: number): number => Math.round(value * 1000) / 1000;
