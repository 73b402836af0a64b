import { describe, expect, it } from 'vitest';
import { LOWEST, TOP } from '../../../src/report/charts/marks.js';
import { axes } from '../../../src/report/charts/timeline-axes.js';
import { layoutOf } from '../../../src/report/charts/timeline-layout.js';
import type { Timeline } from '../../../src/report/timeline.js';

interface Axis {
  readonly min?: number;
  readonly max?: number;
  readonly gridIndex: number;
  readonly name?: string;
  readonly axisLabel: { readonly show?: boolean; readonly customValues?: readonly number[] };
}

function axesOf(
  from: number,
  to: number,
  widthPx = 960,
): { readonly xAxis: readonly Axis[]; readonly yAxis: readonly Axis[] } {
  return axes({ from, to } as Timeline, layoutOf(widthPx, 2)) as { xAxis: Axis[]; yAxis: Axis[] };
}

const ticksOf = (from: number, to: number, widthPx?: number) =>
  axesOf(from, to, widthPx).xAxis.at(-1)?.axisLabel.customValues ?? [];

describe('the axes', () => {
  it('are one of time and one of height for the throughput and for each SDK', () => {
    const { xAxis, yAxis } = axesOf(-3.25, 110);
    expect(xAxis.map(({ gridIndex }) => gridIndex)).toEqual([0, 1, 2]);
    expect(yAxis.map(({ gridIndex }) => gridIndex)).toEqual([0, 1, 2]);
    for (const { min, max } of xAxis) expect([min, max]).toEqual([-3.25, 110]);
    expect(yAxis.slice(1).map(({ min, max }) => [min, max])).toEqual([
      [LOWEST, TOP],
      [LOWEST, TOP],
    ]);
  });

  it('are written once, at the bottom', () => {
    const { xAxis } = axesOf(0, 60);
    expect(xAxis.map(({ axisLabel, name }) => [axisLabel.show, name !== ''])).toEqual([
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  it.each([
    [-3, 110, 960],
    [-3, 110, 344],
    [0, 5, 960],
    [-20, 4000, 960],
    [-20, 40_000, 960],
  ])('count in round seconds that lie in the picture, zero among them: %i to %i at %i pixels', (from, to, widthPx) => {
    const ticks = ticksOf(from, to, widthPx);
    expect(ticks).toContain(0);
    expect(Math.min(...ticks)).toBeGreaterThanOrEqual(from);
    expect(Math.max(...ticks)).toBeLessThanOrEqual(to);
    const steps = new Set(ticks.slice(1).map((tick, i) => tick - ticks[i]!));
    expect(steps.size).toBe(1);
    if (to < 10_000) expect(ticks.length).toBeLessThanOrEqual(widthPx === 344 ? 5 : 14);
  });
});
