import { describe, expect, it } from 'vitest';
import { CURVE } from '../../../src/report/charts/percentile-chart.js';
import { raw } from '../../../src/report/html.js';
import {
  figure,
  percentileTable,
  timelineLegend,
  timelineTable,
  whereThereAreRows,
} from '../../../src/report/page/figures.js';
import { MARK_CLASSES, type Timeline } from '../../../src/report/timeline.js';

const timeline: Timeline = {
  from: 0,
  to: 1,
  lateMs: 500,
  tracks: [],
  perSecond: [],
  bands: [],
  leaders: [],
  rows: [
    {
      sdk: 'go',
      stretch: 'validation',
      counts: { ok: 7, late: 2, unacked: 1, lost: 3 },
      p50Ms: 1.25,
      p99Ms: 900,
      maxMs: null,
    },
  ],
};

it('a table without rows is left away', () => {
  const of = { caption: 'c', head: ['a'], rows: [] };
  expect(whereThereAreRows(of)).toBeNull();
  expect(whereThereAreRows({ ...of, rows: [['1']] })?.html).toContain('<table');
});

it('a figure has the chart for wide and for narrow screens, and the same as a table', () => {
  const chart = { name: 'n', title: 'A <title>', wide: '<svg id="w"/>', narrow: '<svg id="n"/>' };
  const { html } = figure(chart, raw('<ul></ul>'), { caption: 'as a table', head: ['a'], rows: [['1']] });
  expect(html).toContain('<figcaption>A &lt;title&gt;</figcaption>');
  expect(html).toContain('<div class="wide"><svg id="w"/></div>');
  expect(html).toContain('<div class="narrow"><svg id="n"/></div>');
  expect(html).toContain('<summary>as a table</summary>');
});

describe('a timeline', () => {
  it('has its limit in the legend, and an entry with a shape for each class', () => {
    const { html } = timelineLegend(timeline);
    expect(html).toContain('500 ms');
    for (const kind of MARK_CLASSES) expect(html).toContain(`fill="var(--${kind})"`);
  });

  it('as a table has a row for each stretch, with a cell for each class', () => {
    const { head, rows } = timelineTable('kill', timeline);
    expect(rows).toEqual([['go', 'validation', '7', '2', '1', '3', '1.3', '900', '–']]);
    expect(rows[0]).toHaveLength(head.length);
  });
});

it('percentiles as a table have two rows for each SDK, and dashes where there was no ledger', () => {
  const curve = CURVE.map((_, i) => i);
  const { head, rows } = percentileTable('kill', [{ sdk: 'go', control: curve, validation: undefined }]);
  expect(head.slice(0, 3)).toEqual(['SDK', 'phase', 'min']);
  expect(head.at(-1)).toBe('max');
  expect(rows.map((row) => row.slice(0, 4))).toEqual([
    ['go', 'control', '0', '1'],
    ['go', 'validation', '–', '–'],
  ]);
  for (const row of rows) expect(row).toHaveLength(head.length);
});
