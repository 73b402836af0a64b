import { expect, it } from 'vitest';
import { LOWEST, TOP } from '../../../src/report/charts/marks.js';
import { grainOf, layoutOf, round } from '../../../src/report/charts/timeline-layout.js';
import type { Timeline } from '../../../src/report/timeline.js';

it.each([960, 344])(
  'the throughput and the tracks lie below each other, with room between, at %i pixels',
  (widthPx) => {
    const { tops, heights, totalPx } = layoutOf(widthPx, 4);
    expect(heights).toHaveLength(5);
    tops.slice(1).forEach((top, i) => expect(top).toBeGreaterThan(tops[i]! + heights[i]!));
    expect(totalPx).toBeGreaterThan(tops[4]! + heights[4]!);
  },
);

it('a picture without tracks still has its throughput', () => {
  expect(layoutOf(960, 0).tops).toHaveLength(1);
});

it('marks of one cell cover one and a half pixels of the picture', () => {
  const timeline = { from: -10, to: 80, tracks: [{ sdk: 'go', marks: [] }] } as unknown as Timeline;
  const { left, right, heights } = layoutOf(960, 1);
  const grain = grainOf(timeline, 960);
  expect((90 / grain.seconds) * 1.5).toBeCloseTo(960 - left - right);
  expect(((TOP - LOWEST) / grain.decades) * 1.5).toBeCloseTo(heights[1]!);
});

it('values are rounded to a thousandth', () => {
  expect([round(1.23456), round(-0.0004)]).toEqual([1.235, -0]);
});
