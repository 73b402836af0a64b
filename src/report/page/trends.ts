import { brokerText, changesOf, changeText, isWorse, type Change } from '../../domain/changes.js';
import type { HistoryEntry, HistoryScenario } from '../../domain/history.js';
import { FIGURES, OF_SDK, sdkValue, spoken, valueText, type FigureName } from '../../domain/series.js';
import { trendChart, TREND_PX, type TrendChange, type TrendPoint } from '../charts/trend-chart.js';
import { drawChart } from '../charts/render.js';
import { dash, localTimeOf } from '../format.js';
import { html, htmlTable, raw, type Html } from '../html.js';

/** The table beside the trends goes back this far: older runs have their own pages, and stand in `index.json`. */
const RUNS_IN_TABLE = 30;

interface Appearance {
  readonly run: HistoryEntry;
  readonly scenario: HistoryScenario;
}

const FIGURE_TITLES: Readonly<Record<FigureName, string>> = {
  p99: 'p99 of the validation',
  outage: 'no acknowledgement during the fault',
  lost: 'acknowledged and lost, of the clients of the fault',
  recovery: 'from injection to proved recovery',
  leader: 'from injection to the last new leader',
};

const sdkPoints = (list: readonly Appearance[], sdk: string, figure: (typeof OF_SDK)[number]): TrendPoint[] =>
  list.flatMap(({ run, scenario }) => {
    const row = scenario.sdks.find((s) => s.sdk === sdk);
    if (row === undefined || (figure !== 'p99' && row.outage_ms === null)) return [];
    return [{ at: Date.parse(run.started_at), ms: sdkValue(row, figure), passed: row.passed }];
  });

const scenarioPoints = (list: readonly Appearance[], pick: 'recovered_after_ms' | 'leader_ms'): TrendPoint[] =>
  list.flatMap(({ run, scenario }) => {
    const ms = scenario[pick];
    // Most faults change no leader, and older entries do not say.
    if (pick === 'leader_ms' && ms == null) return [];
    return [{ at: Date.parse(run.started_at), ms: ms ?? null, passed: scenario.passed }];
  });

/** One chart, with the changes that were found in it. */
interface Trend {
  readonly id: string;
  readonly figure: FigureName;
  readonly sdk: string | null;
  readonly points: readonly TrendPoint[];
}

function trend(
  { id, figure, sdk, points }: Trend,
  changes: readonly TrendChange[],
  sdkNumber: number | null,
): Html | null {
  const { unit } = FIGURES[figure];
  // No chart of nothing but zeros.
  if (!points.some(({ ms }) => unit === 'ms' || (ms ?? 0) > 0)) return null;
  const title = `${sdk === null ? '' : `${sdk}: `}${FIGURE_TITLES[figure]}`;
  const chart = trendChart(id, title, points, { unit, changes });
  return html`<figure${sdkNumber === null ? null : raw(` data-sdk="${sdkNumber}"`)}><figcaption>${title}</figcaption>${raw(drawChart(chart, TREND_PX, id))}</figure>`;
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Of every scenario: p99, outage, losses, time to recover and to a leader over its runs, and since when they are others. */
export function trendSections(
  runs: readonly HistoryEntry[],
  scenarios: readonly string[],
  sdks: readonly string[],
): Html[] {
  const changes = unique(runs.map(({ cluster }) => cluster)).flatMap((cluster) => changesOf(runs, cluster));
  const startOf = new Map(runs.map((run) => [run.run_id, Date.parse(run.started_at)]));
  return scenarios.map((name, i) => {
    const list = runs.flatMap((run) =>
      run.scenarios.filter((scenario) => scenario.name === name).map((scenario) => ({ run, scenario })),
    );
    const own = changes.filter(({ scenario }) => scenario === name);
    const marksOf = (figure: FigureName, sdk: string | null): TrendChange[] =>
      own
        .filter((change) => change.figure === figure && change.sdk === sdk)
        .map((change) => ({
          at: startOf.get(change.since) ?? 0,
          worse: isWorse(change),
          text: `${FIGURES[figure].words} ${valueText(figure, change.before)} → ${valueText(figure, change.after)}`,
        }));
    const figures = [
      ...OF_SDK.flatMap((figure) =>
        sdks.map((sdk, k) =>
          trend(
            { id: `t${i}-${k}-${figure}`, figure, sdk, points: sdkPoints(list, sdk, figure) },
            marksOf(figure, sdk),
            k,
          ),
        ),
      ),
      ...(['recovery', 'leader'] as const).map((figure) =>
        trend(
          {
            ...{ id: `t${i}-${figure}`, figure, sdk: null },
            points: scenarioPoints(list, figure === 'leader' ? 'leader_ms' : 'recovered_after_ms'),
          },
          marksOf(figure, null),
          null,
        ),
      ),
    ];
    return html`<section data-scenario="${i}">
      <h2>${name}</h2>
      ${changeList(own, startOf)}
      <div class="trends">${figures.flatMap((figure) => figure ?? [])}</div>
      <details>
        <summary>The latest runs of ${name} as a table</summary>
        ${table(name, list, sdks)}
      </details>
    </section>`;
  });
}

/** Older ones are lines in the charts. */
const CHANGES_LISTED = 10;

/** The latest changes of a scenario's figures, in words. */
function changeList(changes: readonly Change[], startOf: ReadonlyMap<string, number>): Html | null {
  if (changes.length === 0) return null;
  const start = ({ since }: Change): number => startOf.get(since) ?? 0;
  const lines = [...changes]
    .sort((a, b) => start(b) - start(a))
    .slice(0, CHANGES_LISTED)
    .map((change) => {
      const broker = brokerText(change, 'as before');
      const since = `${isWorse(change) ? 'Worse' : 'Better'} since ${change.since}${broker === null ? '' : ` (${broker})`}`;
      return html`<li>${since}: ${changeText(change)}</li>`;
    });
  return html`<ul>
    ${lines}
  </ul>`;
}

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
