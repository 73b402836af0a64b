import { changePoints } from './change-points.js';
import type { HistoryBroker, HistoryEntry } from './history.js';
import { FIGURES, seriesOf, valueText, type FigureName, type Series } from './series.js';
import { brokerStep } from './tested-broker.js';

/** A figure that is another one since a run: no limit needs to be crossed for it. Values in ms, or in messages for `lost`; medians. */
export interface Change {
  readonly scenario: string;
  /** Null: it is a figure of the scenario. */
  readonly sdk: string | null;
  readonly figure: FigureName;
  readonly before: number;
  readonly after: number;
  /** The first run with the new figures, and the one with which it was found. */
  readonly since: string;
  readonly foundIn: string;
  /** Of the last run before the change, and of the first one after it; null where it is not known. */
  readonly brokerBefore: HistoryBroker | null;
  readonly brokerAfter: HistoryBroker | null;
}

/** More of any of these figures is worse. */
export const isWorse = ({ before, after }: Pick<Change, 'before' | 'after'>): boolean => after > before;

export function changesIn({ scenario, sdk, figure, points }: Series): Change[] {
  const values = points.map(({ value }) => value);
  return changePoints(values, FIGURES[figure].least).flatMap(({ from, foundAt, before, after }) => {
    const [last, first, found] = [points[from - 1], points[from], points[foundAt]];
    if (last === undefined || first === undefined || found === undefined) return [];
    const brokers = { brokerBefore: last.broker, brokerAfter: first.broker };
    return [{ scenario, sdk, figure, before, after, since: first.runId, foundIn: found.runId, ...brokers }];
  });
}

/** Every change of a cluster's figures. `entries`: oldest first. */
export const changesOf = (entries: readonly HistoryEntry[], cluster: string): Change[] =>
  seriesOf(entries, cluster).flatMap(changesIn);

/** What was found with a run, what is worse first. `before`: what the history has of other runs, in any order. */
export function changesFoundIn(run: HistoryEntry, before: readonly HistoryEntry[]): Change[] {
  const at = ({ started_at: started }: HistoryEntry): number => Date.parse(started);
  const earlier = before
    .filter((entry) => entry.run_id !== run.run_id && at(entry) <= at(run))
    .sort((a, b) => at(a) - at(b));
  const found = changesOf([...earlier, run], run.cluster).filter(({ foundIn }) => foundIn === run.run_id);
  return [...found.filter(isWorse), ...found.filter((change) => !isWorse(change))];
}

/** `leader-transfer, go, outage: 31 s → 74 s`. */
export function changeText({ scenario, sdk, figure, before, after }: Change): string {
  const what = [scenario, ...(sdk === null ? [] : [sdk]), FIGURES[figure].words].join(', ');
  return `${what}: ${valueText(figure, before)} → ${valueText(figure, after)}`;
}

/** `broker 1.2 → 1.3`; one build: `broker 1.3`, and `same`. Null where nothing is known. */
export function brokerText({ brokerBefore, brokerAfter }: Change, same: string): string | null {
  const step = brokerStep(brokerBefore, brokerAfter);
  if (step === null) return null;
  return step.same ? `broker ${step.from} ${same}` : `broker ${step.from} → ${step.to}`;
}
