import type { HistoryBroker, HistoryEntry, HistoryScenario, HistorySdk } from './history.js';
import type { LeastChange } from './change-points.js';
import { blameOf, type Headline, type ScenarioStatus } from './status.js';

/** What is followed over the runs. Those of no client are of the scenario. */
export type FigureName = 'p99' | 'outage' | 'recovery' | 'leader' | 'lost';

interface Figure {
  readonly words: string;
  readonly unit: 'ms' | 'messages';
  /** What is less is no change that anybody must know of: about as much as polling and timers make of it. */
  readonly least: LeastChange;
}

const RELATIVE = 0.2;

export const FIGURES: Readonly<Record<FigureName, Figure>> = {
  p99: { words: 'p99', unit: 'ms', least: { absolute: 5, relative: RELATIVE } },
  outage: { words: 'outage', unit: 'ms', least: { absolute: 100, relative: RELATIVE } },
  recovery: { words: 'recovery after the window', unit: 'ms', least: { absolute: 500, relative: RELATIVE } },
  leader: { words: 'time to a leader', unit: 'ms', least: { absolute: 500, relative: RELATIVE } },
  lost: { words: 'lost in the fault', unit: 'messages', least: { absolute: 1, relative: RELATIVE } },
};

/** Milliseconds as people say them. */
export function spoken(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** A value of a figure, in its unit. */
export const valueText = (figure: FigureName, value: number): string =>
  FIGURES[figure].unit === 'ms' ? spoken(value) : String(Math.round(value * 10) / 10);

/** One run of a series. */
export interface SeriesPoint {
  readonly runId: string;
  readonly startedAt: string;
  readonly value: number;
  readonly broker: HistoryBroker | null;
}

/**
 * One figure of one client (null: of the scenario) over the runs of a cluster that were played with one setting, oldest first. A run without the figure is not in
 * it.
 */
export interface Series {
  readonly scenario: string;
  readonly sdk: string | null;
  readonly figure: FigureName;
  readonly points: readonly SeriesPoint[];
}

/** A run that says something of the broker: nobody broke it off, and the test's own equipment did not fail. */
export const saysOfBroker = (headline: Headline): boolean =>
  headline === 'PASS' || headline === 'FAIL' || headline === 'KNOWN';

const speaks = (status: string): boolean =>
  status !== 'cancelled' && blameOf(status as ScenarioStatus, 'broker') !== 'equipment';

type Values = readonly (readonly [FigureName, number | null | undefined])[];

const ofScenario = ({ recovery_ms, leader_ms }: HistoryScenario): Values => [
  ['recovery', recovery_ms],
  ['leader', leader_ms],
];

/** The figures of a client. */
export const OF_SDK = ['p99', 'outage', 'lost'] as const;

/** Without figures of the fault period, nobody knows what was lost in it. */
export const sdkValue = (
  { p99_ms, outage_ms, lost_in_fault }: HistorySdk,
  figure: (typeof OF_SDK)[number],
): number | null => ({ p99: p99_ms, outage: outage_ms, lost: outage_ms === null ? null : lost_in_fault })[figure];

const ofSdk = (row: HistorySdk): Values =>
  speaks(row.status) ? OF_SDK.map((figure) => [figure, sdkValue(row, figure)] as const) : [];

/** One figure as one run gave it. `sdk` null: of the scenario. `setting`: with what it was played; empty where nobody noted it. */
export interface RunFigure extends Pick<Series, 'scenario' | 'sdk' | 'figure'> {
  readonly setting: string;
  readonly value: number;
}

/** Every figure of a run that it has, and that says something of the broker. */
export const figuresOf = (scenarios: readonly HistoryScenario[]): RunFigure[] =>
  scenarios
    .filter(({ status }) => speaks(status))
    .flatMap((scenario) =>
      [
        { sdk: null, values: ofScenario(scenario) },
        ...scenario.sdks.map((row) => ({ sdk: row.sdk, values: ofSdk(row) })),
      ].flatMap(({ sdk, values }) =>
        values.flatMap(([figure, value]) =>
          value === null || value === undefined
            ? []
            : [{ scenario: scenario.name, sdk, figure, setting: scenario.setting ?? '', value }],
        ),
      ),
    );

/** Of which series a figure is. */
export const seriesKey = ({ scenario, sdk, figure, setting }: Omit<RunFigure, 'value'>): string =>
  JSON.stringify([scenario, sdk, figure, setting]);

/** Every series of a cluster, from its whole rounds. `entries`: oldest first. */
export function seriesOf(entries: readonly HistoryEntry[], cluster: string): Series[] {
  const found = new Map<string, Series & { readonly points: SeriesPoint[] }>();
  for (const entry of entries) {
    if (entry.cluster !== cluster || entry.kind !== 'full' || !saysOfBroker(entry.headline)) continue;
    const { run_id: runId, started_at: startedAt, broker = null } = entry;
    for (const one of figuresOf(entry.scenarios)) {
      const { scenario, sdk, figure, value } = one;
      const series = found.get(seriesKey(one)) ?? { scenario, sdk, figure, points: [] };
      series.points.push({ runId, startedAt, value, broker });
      found.set(seriesKey(one), series);
    }
  }
  return [...found.values()];
}
