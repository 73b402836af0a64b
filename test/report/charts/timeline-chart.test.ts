import { describe, expect, it } from 'vitest';
import { timelineChart } from '../../../src/report/charts/timeline-chart.js';
import { timelineOf, type Timeline } from '../../../src/report/timeline.js';
import { syntheticRun } from '../../../testing/reports/synthetic.js';

const { data, ledgers } = syntheticRun({ messages: 60, sdks: ['go', 'rust'], lostEvery: 10 });
const result = data.scenarios[2]!;
const find = (sdk: string, phase: string) =>
  ledgers.find((l) => l.scenario === result.scenario.name && l.sdk === sdk && l.phase === phase)?.ledger;
const timeline: Timeline = timelineOf(
  result,
  ['go', 'rust'].map((sdk) => ({ sdk, fault: find(sdk, 'fault'), validation: find(sdk, 'validation') })),
  500,
)!;
const chart = timelineChart('kill', timeline);

describe('the picture of a scenario', () => {
  it('says in words how many messages of each class, and what happened when', () => {
    const marks = timeline.tracks.flatMap((track) => track.marks);
    const lost = marks.filter(({ kind }) => kind === 'lost').length;
    expect(lost).toBeGreaterThan(0);
    expect(chart.alternative).toMatch(new RegExp(`^${marks.length} .*${lost} acknowledged, then lost`));
    expect(chart.alternative).toContain('fault from 0.0 to 32.0 s');
    expect(chart.alternative.includes('1 group')).toBe(true);
  });

  it('has a name for its file, and a grid and a title for the throughput and for each SDK', () => {
    const { option, heightPx } = chart.draw(960);
    const of = option as { grid: { top: number; height: number }[]; title: { text: string; top: number }[] };
    expect(chart.name).toBe('kill-timeline');
    expect(of.grid).toHaveLength(3);
    expect(of.title.map(({ text }) => text).slice(1)).toEqual(['go', 'rust']);
    for (const { top, height } of of.grid) expect(top + height).toBeLessThan(heightPx);
    of.title.forEach(({ top }, i) => expect(top).toBeLessThan(of.grid[i]!.top));
  });
});
