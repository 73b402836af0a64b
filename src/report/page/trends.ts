import type { HistoryEntry, HistoryScenario } from '../../domain/history.js';
import { spoken, trendChart, TREND_PX, type TrendPoint } from '../charts/trend-chart.js';
import { drawChart } from '../charts/render.js';
import { dash, localTimeOf } from '../format.js';
import { html, htmlTable, raw, type Html } from '../html.js';

/** The table beside the trends goes back this far: older runs have their own pages, and stand in `index.json`. */
const RUNS_IN_TABLE = 30;

interface Appearance {
  readonly run: HistoryEntry;
  readonly scenario: HistoryScenario;
}

const sdkPoints = (list: readonly Appearance[], sdk: string, pick: 'p99_ms' | 'outage_ms'): TrendPoint[] =>
  list.flatMap(({ run, scenario }) => {
    const row = scenario.sdks.find((s) => s.sdk === sdk);
    if (row === undefined || (pick === 'outage_ms' && row.outage_ms === null)) return [];
    return [{ at: Date.parse(run.started_at), ms: row[pick], passed: row.passed }];
  });

const recoveryPoints = (list: readonly Appearance[]): TrendPoint[] =>
  list.map(({ run, scenario }) => ({
    at: Date.parse(run.started_at),
    ms: scenario.recovered_after_ms,
    passed: scenario.passed,
  }));

function trend(id: string, title: string, points: readonly TrendPoint[], sdk: number | null): Html | null {
  if (points.length === 0) return null;
  const chart = trendChart(id, title, points);
  return html`<figure${sdk === null ? null : raw(` data-sdk="${sdk}"`)}><figcaption>${title}</figcaption>${raw(drawChart(chart, TREND_PX, id))}</figure>`;
}

/** Of every scenario: p99, outage and time to recover over its runs. */
export const trendSections = (
  runs: readonly HistoryEntry[],
  scenarios: readonly string[],
  sdks: readonly string[],
): Html[] =>
  scenarios.map((name, i) => {
    const list = runs.flatMap((run) =>
      run.scenarios.filter((scenario) => scenario.name === name).map((scenario) => ({ run, scenario })),
    );
    const figures = [
      ...sdks.map((sdk, k) =>
        trend(`t${i}-${k}-p99`, `${sdk}: p99 of the validation`, sdkPoints(list, sdk, 'p99_ms'), k),
      ),
      ...sdks.map((sdk, k) =>
        trend(`t${i}-${k}-out`, `${sdk}: no acknowledgement during the fault`, sdkPoints(list, sdk, 'outage_ms'), k),
      ),
      trend(`t${i}-recovery`, 'from injection to proved recovery', recoveryPoints(list), null),
    ];
    return html`<section data-scenario="${i}">
      <h2>${name}</h2>
      <div class="trends">${figures.flatMap((figure) => figure ?? [])}</div>
      <details>
        <summary>The latest runs of ${name} as a table</summary>
        ${table(name, list, sdks)}
      </details>
    </section>`;
  });

const value = (ms: number | null | undefined): string => (ms == null ? dash : spoken(ms));

function table(name: string, list: readonly Appearance[], sdks: readonly string[]): Html {
  const head = ['started', 'status', 'recovered after', ...sdks.flatMap((sdk) => [`${sdk} p99`, `${sdk} outage`])];
  const rows = [...list]
    .slice(-RUNS_IN_TABLE)
    .reverse()
    .map(({ run, scenario }) => [
      localTimeOf(run.started_at),
      scenario.status,
      value(scenario.recovered_after_ms),
      ...sdks.flatMap((sdk) => {
        const row = scenario.sdks.find((s) => s.sdk === sdk);
        return [value(row?.p99_ms), value(row?.outage_ms)];
      }),
    ]);
  return htmlTable(`${name}: the latest ${rows.length} runs`, head, rows);
}
