import { expect, it } from 'vitest';
import { chartsOf } from '../../src/report/charts.js';
import { syntheticRun } from '../../testing/reports/synthetic.js';

const sources = syntheticRun({ messages: 40, sdks: ['go', 'rust'], lostEvery: 0 });

it('every scenario has a timeline, and the percentiles of its validation beside those of the control run', () => {
  const charts = chartsOf(sources);
  expect(charts.map(({ scenario }) => scenario)).toEqual(sources.data.scenarios.map(({ scenario }) => scenario.name));
  for (const { timeline, percentiles, curves } of charts) {
    expect(timeline?.timeline.tracks.map(({ sdk, marks }) => [sdk, marks.length])).toEqual([
      ['go', 80],
      ['rust', 80],
    ]);
    expect(percentiles?.wide).toContain('<svg');
    expect(curves.map(({ sdk }) => sdk)).toEqual(['go', 'rust']);
    expect(curves.every(({ control, validation }) => control !== undefined && validation !== undefined)).toBe(true);
  }
});

it('a scenario without validation ledgers has no percentiles, and one without any no timeline', () => {
  const withoutValidation = { ...sources, ledgers: sources.ledgers.filter(({ phase }) => phase !== 'validation') };
  const [first] = chartsOf(withoutValidation);
  expect(first?.timeline).toBeDefined();
  expect(first?.percentiles).toBeUndefined();
  const none = chartsOf({ ...sources, ledgers: [] });
  expect(none.map(({ timeline, percentiles }) => [timeline, percentiles])).toEqual(
    none.map(() => [undefined, undefined]),
  );
});
