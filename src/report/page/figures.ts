import { type Timeline, MARK_CLASSES, MARK_WORDS } from '../timeline.js';
import { CURVE, type SdkCurves } from '../charts/percentile-chart.js';
import type { DrawnChart } from '../charts/render.js';
import { dash, number } from '../format.js';
import { html, htmlTable, raw, type Html } from '../html.js';
import type { Table } from '../tables.js';

export const tableHtml = ({ caption, head, rows, key }: Table): Html => htmlTable(caption, head, rows, key);

/** A table without rows is left away. */
export const whereThereAreRows = (of: Table): Html | null => (of.rows.length === 0 ? null : tableHtml(of));

/** A chart, drawn for wide and for narrow screens, and the same as a table. */
export function figure(chart: DrawnChart, legend: Html, table: Table): Html {
  return html`<figure>
    <figcaption>${chart.title}</figcaption>
    ${legend}
    <div class="wide">${raw(chart.wide)}</div>
    <div class="narrow">${raw(chart.narrow)}</div>
    <details>
      <summary>${table.caption}</summary>
      ${tableHtml(table)}
    </details>
  </figure>`;
}

const swatch = (shape: string): Html =>
  raw(`<svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">${shape}</svg>`);

/** One entry of a legend: a shape of 16 by 12 pixels, and what it means. */
export const entry = (shape: string, text: string): Html => html`<li>${swatch(shape)}${text}</li>`;

const SHAPES = {
  ok: '<rect x="6" y="4" width="4" height="4" fill="var(--ok)"/>',
  late: '<path d="M8 2L12 10H4Z" fill="var(--late)"/>',
  unacked: '<path d="M8 1L12 6L8 11L4 6Z" fill="var(--unacked)"/>',
  lost: '<rect x="4" y="2" width="8" height="8" fill="var(--lost)"/>',
} as const;

const line = (colour: string, dash: string): string =>
  `<path d="M0 6H16" stroke="var(--${colour})" stroke-width="2" stroke-dasharray="${dash}"/>`;

export const area = (colour: string): string => `<rect width="16" height="12" fill="var(--${colour})"/>`;

/** What the marks and colours of a timeline mean. */
export const timelineLegend = ({ lateMs }: Timeline): Html =>
  html`<ul class="legend">
    ${entry(SHAPES.ok, `ok: under ${lateMs} ms`)} ${entry(SHAPES.late, MARK_WORDS.late)}
    ${entry(SHAPES.unacked, MARK_WORDS.unacked)} ${entry(SHAPES.lost, MARK_WORDS.lost)}
    ${entry(line('ok', ''), 'acknowledged per second')} ${entry(line('late', '4 3'), 'received per second')}
    ${entry(line('text', '4 3'), 'a leader changed')} ${entry(line('lost', ''), 'limit of p99')}
    ${entry(area('fault'), 'fault')} ${entry(area('heal'), 'heal wait')}
    ${entry(area('judged'), 'validation, the only part that is judged')}
  </ul>`;

export const percentileLegend: Html = html`<ul class="legend">
  ${entry(line('late', '4 3'), 'control run, before any fault')} ${entry(line('ok', ''), 'validation')}
  ${entry(line('lost', '2 2'), 'limit of p99')}
</ul>`;

export const timelineTable = (scenario: string, { rows }: Timeline): Table => ({
  caption: `${scenario}: the messages of the timeline as a table`,
  head: ['SDK', 'due', ...MARK_CLASSES.map((kind) => MARK_WORDS[kind]), 'p50 ms', 'p99 ms', 'max ms'],
  rows: rows.map((row) => [
    row.sdk,
    row.stretch,
    ...MARK_CLASSES.map((kind) => String(row.counts[kind])),
    ...[row.p50Ms, row.p99Ms, row.maxMs].map((ms) => number(ms)),
  ]),
});

export const percentileTable = (scenario: string, curves: readonly SdkCurves[]): Table => ({
  caption: `${scenario}: latency percentiles in ms as a table`,
  head: ['SDK', 'phase', ...CURVE.map((p) => (p === 0 ? 'min' : p === 100 ? 'max' : `p${p}`))],
  rows: curves.flatMap(({ sdk, control, validation }) =>
    (
      [
        ['control', control],
        ['validation', validation],
      ] as const
    ).map(([phase, curve]) => [sdk, phase, ...CURVE.map((_, i) => (curve === undefined ? dash : number(curve[i], 1)))]),
  ),
});
