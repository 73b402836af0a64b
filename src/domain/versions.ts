import { medianOf } from './change-points.js';
import { historyScenarios, scenarioRows } from './history-scenarios.js';
import type { HistoryBroker } from './history.js';
import type { RunData } from './report-data.js';
import { FIGURES, figuresOf, saysOfBroker, seriesKey, type FigureName, type RunFigure } from './series.js';
import type { Headline } from './status.js';
import { brokerOf } from './tested-broker.js';
import { failuresOf, type VersionFailure } from './version-failures.js';
import { differencesOf, isJudged, type Difference, type TwoSides } from './version-noise.js';

/** A version of the broker that is compared. Labels differ, and are shown to people. */
export interface VersionName {
  readonly label: string;
  readonly path: string;
}

/** One round that was played on a version. */
export interface VersionRun {
  /** Index of the version. */
  readonly version: number;
  /** From 1 on. */
  readonly round: number;
  readonly runId: string;
  /** Null: it left no report. */
  readonly data: RunData | null;
}

export interface PlayedRound {
  readonly round: number;
  readonly runId: string;
  /** Null: it left no report. */
  readonly headline: Headline | null;
  /** It says something of the broker. */
  readonly counts: boolean;
}

/** One version, and what was played on it. */
export interface PlayedVersion extends VersionName {
  /** What the broker said of itself: more than one, if it was another build in another round. */
  readonly brokers: readonly HistoryBroker[];
  readonly rounds: readonly PlayedRound[];
  /** How many of them count. */
  readonly counted: number;
}

/** A figure in the rounds of one version, in the order of the rounds. */
export interface FigureSide {
  readonly values: readonly number[];
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** One figure of one client (null: of the scenario), of all versions. */
export interface VersionFigure extends Omit<RunFigure, 'value'> {
  /** Null: no round of the version has it. */
  readonly sides: readonly (FigureSide | null)[];
  /** From each version to the next. `judged`: both have enough rounds. */
  readonly steps: readonly { readonly judged: boolean; readonly differs: Difference }[];
}

/** Versions of the broker, side by side. */
export interface VersionsComparison {
  readonly versions: readonly PlayedVersion[];
  readonly failures: readonly VersionFailure[];
  readonly figures: readonly VersionFigure[];
  /** A version is worse than the one before it: by a failure that is new, or by a figure beyond the noise. */
  readonly worse: boolean;
  /** A version has no round that counts. */
  readonly undecided: boolean;
}

const byRound = (a: VersionRun, b: VersionRun): number =>
  a.round - b.round || (a.runId < b.runId ? -1 : a.runId > b.runId ? 1 : 0);

const countedData = ({ data }: Pick<VersionRun, 'data'>): RunData | null =>
  data !== null && saysOfBroker(data.headline) ? data : null;

function playedVersion(name: VersionName, runs: readonly VersionRun[]): PlayedVersion {
  // One that never started has said nothing of itself.
  const said = runs.flatMap(({ data }) => (data === null ? [] : [brokerOf(data.versions)]));
  const brokers = said.filter((broker) => Object.values(broker).some((part) => part !== null));
  const rounds = runs.map((run) => ({
    ...{ round: run.round, runId: run.runId, headline: run.data?.headline ?? null },
    counts: countedData(run) !== null,
  }));
  return {
    ...name,
    brokers: [...new Map(brokers.map((broker) => [JSON.stringify(broker), broker])).values()],
    rounds,
    counted: rounds.filter(({ counts }) => counts).length,
  };
}

const sideOf = (values: readonly number[]): FigureSide | null =>
  values.length === 0
    ? null
    : { values, median: medianOf(values), least: Math.min(...values), greatest: Math.max(...values) };

type Bare = Pick<VersionFigure, 'scenario' | 'sdk' | 'figure' | 'setting' | 'sides'>;

/** The pairs of neighbours of a figure that both have rounds. */
const pairsOf = ({ figure, sides }: Bare): TwoSides[] =>
  sides.slice(1).map((after, i) => ({
    ...{ figure, least: FIGURES[figure].least },
    before: sides[i]?.values ?? [],
    after: after?.values ?? [],
  }));

/** As the plans have scenarios and clients, those of the scenario itself first. */
function inOrder(figures: readonly Bare[], runs: readonly RunData[]): Bare[] {
  const scenarios = [...new Set(runs.flatMap(({ plan }) => plan.scenarios.map(({ name }) => name)))];
  const sdks = [null, ...new Set(runs.flatMap(({ plan }) => plan.sdks))];
  const names = Object.keys(FIGURES) as FigureName[];
  return [...figures].sort(
    (a, b) =>
      scenarios.indexOf(a.scenario) - scenarios.indexOf(b.scenario) ||
      sdks.indexOf(a.sdk) - sdks.indexOf(b.sdk) ||
      names.indexOf(a.figure) - names.indexOf(b.figure),
  );
}

/** Every figure of the rounds that count. `rounds`: for each version. */
function figuresOfVersions(rounds: readonly (readonly RunData[])[]): VersionFigure[] {
  const found = new Map<string, Omit<RunFigure, 'value'> & { readonly values: number[][] }>();
  rounds.forEach((all, version) => {
    for (const data of all) {
      for (const one of figuresOf(historyScenarios(scenarioRows(data), data))) {
        const { value, ...what } = one;
        const row = found.get(seriesKey(one)) ?? { ...what, values: rounds.map((): number[] => []) };
        row.values[version]?.push(value);
        found.set(seriesKey(one), row);
      }
    }
  });
  const bare = [...found.values()].map(({ values, ...what }) => ({ ...what, sides: values.map(sideOf) }));
  const rows = inOrder(bare, rounds.flat()).map((row) => ({ row, pairs: pairsOf(row) }));
  const differences = differencesOf(rows.flatMap(({ pairs }) => pairs)).values();
  return rows.map(({ row, pairs }) => ({
    ...row,
    steps: pairs.map((pair) => ({ judged: isJudged(pair), differs: differences.next().value ?? null })),
  }));
}

/** The same rounds on several versions of the broker, side by side; each with the one before it. */
export function compareVersions(versions: readonly VersionName[], runs: readonly VersionRun[]): VersionsComparison {
  const played = versions.map((_, i) => runs.filter(({ version }) => version === i).sort(byRound));
  const rounds = played.map((all) => all.flatMap((run) => countedData(run) ?? []));
  const [failures, figures] = [failuresOf(rounds), figuresOfVersions(rounds)];
  return {
    versions: versions.map((name, i) => playedVersion(name, played[i] ?? [])),
    failures,
    figures,
    worse:
      failures.some(({ steps }) => steps.some(({ counts }) => counts)) ||
      figures.some(({ steps }) => steps.some(({ differs }) => differs === 'worse')),
    undecided: versions.length < 2 || rounds.some((all) => all.length === 0),
  };
}
