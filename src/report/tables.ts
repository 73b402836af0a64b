import { lossText, type ClientOutcome } from '../domain/client-result.js';
import type { Loss } from '../domain/losses.js';
import type { Period } from '../domain/periods.js';
import type { Evidence } from '../domain/fault-record.js';
import type { RunData, ScenarioResult, SnapshotSummary } from '../domain/report-data.js';
import { dash, mark, number, seconds } from './format.js';

/** A table of a report, for Markdown and for the page; the first cell of a row is its head. */
export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Given where other programs look cells up on the page: a cell is then `<key>/<first cell of its row>/<head of its column>`. */
  readonly key?: string;
}

/** Failed first, else in the order of the plan. */
export const worstFirst = (scenarios: readonly ScenarioResult[]): ScenarioResult[] =>
  [...scenarios].sort((a, b) => Number(a.verdict.passed) - Number(b.verdict.passed));

/** Scenarios × SDKs, failed first, and what was not run. */
export function overviewTable(data: RunData): Table {
  const lead = (ok: boolean, { name, core }: RunData['plan']['scenarios'][number], status: string): string[] => [
    `${mark(ok)} ${name}`,
    core ? 'yes' : 'no',
    status,
  ];
  const rows = worstFirst(data.scenarios).map((result) => [
    ...lead(result.verdict.passed, result.scenario, result.verdict.status),
    ...data.plan.sdks.map((sdk) => overviewCell(result, sdk)),
  ]);
  const missing = data.plan.scenarios
    .filter((scenario) => !data.scenarios.some((result) => result.scenario.name === scenario.name))
    .map((scenario) => [...lead(false, scenario, 'not run'), ...data.plan.sdks.map(() => dash)]);
  const caption = `Validation, ${data.plan.timing.healWaitMs / 1000} s after the recovery`;
  return { caption, head: ['scenario', 'core', 'status', ...data.plan.sdks], rows: [...rows, ...missing] };
}

function overviewCell(result: ScenarioResult, sdk: string): string {
  const verdict = result.sdkVerdicts.find((v) => v.sdk === sdk);
  const outcome = result.validation.find((o) => o.sdk === sdk);
  if (verdict === undefined) return dash;
  if (outcome?.result == null) return `${mark(false)} ${verdict.status}`;
  return `${mark(verdict.passed)} ${lossText(outcome.result, number)}`;
}

/** What the clients of one phase counted and measured. */
export function clientTable(
  caption: string,
  outcomes: readonly ClientOutcome[],
  verdicts: readonly { readonly status: string }[],
  key: string,
): Table {
  const head = ['SDK', 'status', 'sent', 'received', 'lost', 'unconfirmed', 'naive lost', 'duplicates'];
  const more = ['p50', 'p90', 'p99', 'p99.9', 'max ms', 'lateness p99', 'seconds', 'errors'];
  const rows = outcomes.map((outcome, i) => {
    const r = outcome.result;
    const counts = [r?.sent, r?.received, r?.lost, r?.unconfirmed, r?.naive_lost, r?.duplicates].map((n) =>
      number(n, 0),
    );
    const times = [r?.p50_ms, r?.p90_ms, r?.p99_ms, r?.p999_ms, r?.max_ms, r?.lateness_p99_ms].map((n) => number(n));
    const errors = outcome.lineProblem ?? (r?.errors.join('; ') || dash);
    const attempts = outcome.attempt > 1 ? ` (attempt ${outcome.attempt})` : '';
    const status = `${verdicts[i]?.status ?? dash}${attempts}`;
    return [outcome.sdk, status, ...counts, ...times, number(outcome.durationSeconds), errors];
  });
  return { caption, head: [...head, ...more], rows, key };
}

export const evidenceTable = (caption: string, rows: readonly Evidence[]): Table => ({
  caption,
  head: ['', 'what', 'expected', 'observed'],
  rows: rows.map((row) => [mark(row.ok), row.what, row.expected, row.observed]),
});

export const leaderTable = ({ fault }: ScenarioResult): Table => ({
  caption: 'Leaders',
  head: ['group', 'old', 'new', 'seconds after the injection', 'term'],
  rows: fault.leaders.map((change) => [
    change.group,
    change.from,
    change.to ?? 'nobody else',
    number(change.seconds, 2),
    `${number(change.termFrom, 0)} → ${number(change.termTo, 0)}`,
  ]),
});

/** What the rows of the fault period count. */
export const FAULT_PERIOD_TERMS =
  'recorded, not judged: messages that were due between injection and recovery; “acknowledged, then lost” counts all messages of these clients, and is judged if verdict.durability is fail';

/** The periods of a fault, in order, and what they are called. */
export const FAULT_PERIODS: readonly { readonly period: Period; readonly words: string }[] = [
  { period: 'before', words: 'before the fault' },
  { period: 'during', words: 'during the fault' },
  { period: 'after', words: 'after the fault' },
  { period: 'heal wait', words: 'in the heal wait' },
];

/** What a period is called: that of a timeline by the entries that were on. */
export const periodWords = (period: Period): string | undefined =>
  FAULT_PERIODS.find((known) => known.period === period)?.words ??
  (period === 'between' ? 'between two faults' : period.startsWith('during ') ? period : undefined);

/** The periods that a scenario has: those of one fault, or of a timeline in the order of its first stretches. */
function periodsOf({ borders = [] }: Pick<ScenarioResult, 'borders'>): readonly Period[] {
  const own = [...new Set(borders.map(({ period }) => period))];
  const isTimeline = own.some((period) => period.startsWith('during '));
  return isTimeline ? own : FAULT_PERIODS.map(({ period }) => period);
}

/** When the lost messages of a scenario's fault period were acknowledged; no rows where nothing was lost, or where it is not recorded. */
export function lostByPeriodTable({ faultPeriod, borders }: ScenarioResult): Table {
  const periods = periodsOf(borders === undefined ? {} : { borders });
  const rows = faultPeriod
    .filter((f) => f.ackedLost > 0 && f.lostByPeriod !== undefined)
    .map((f) => {
      const of = (period: Period): number => f.lostByPeriod?.find((part) => part.period === period)?.count ?? 0;
      return [f.sdk, ...periods.map((period) => String(of(period))), String(f.ackedLost)];
    });
  const head = ['SDK', ...periods.map((period) => periodWords(period) ?? period), 'all'];
  return { caption: 'Acknowledged, then lost, by the time of the acknowledgement', head, rows };
}

export function faultPeriodTable({ faultPeriod, scenario }: ScenarioResult): Table {
  const head = ['SDK', 'planned', 'acknowledged', 'received', 'no acknowledgement for', 'no receipt for'];
  const more = ['acknowledged, then lost', 'unconfirmed', 'duplicates', 'p50 ms', 'p99 ms', 'max ms', 'disconnects'];
  const rows = faultPeriod.map((f) => [
    f.sdk,
    ...[f.planned, f.acked, f.received].map((n) => number(n, 0)),
    seconds(f.longestNoAckMs),
    seconds(f.longestNoReceiptMs),
    number(f.ackedLost, 0),
    ...[f.unconfirmed, f.duplicates].map((n) => number(n, 0)),
    ...[f.p50Ms, f.p99Ms, f.maxMs].map((n) => number(n)),
    number(f.disconnects, 0),
  ]);
  return { caption: 'During the fault', head: [...head, ...more], rows, key: `${scenario.name}/fault` };
}

export const checksTable = ({ sdkVerdicts }: Pick<ScenarioResult, 'sdkVerdicts'>): Table => ({
  caption: 'Failed checks',
  head: ['SDK', 'check', 'expected', 'observed'],
  rows: sdkVerdicts.flatMap((v) => v.checks.filter((c) => !c.ok).map((c) => [v.sdk, c.check, c.expected, c.observed])),
});

/** One row per figure, one column per snapshot; figures that never changed are left out. */
export function figuresTable(snapshots: readonly SnapshotSummary[]): Table {
  const keys = [...new Set(snapshots.flatMap((s) => Object.keys(s.figures)))];
  const rows = keys
    .map((key) => [key, ...snapshots.map((s) => String(s.figures[key] ?? dash))])
    .filter(([, first, ...later]) => later.some((value) => value !== first));
  // Labels are `<scenario>-<n>-<moment>`: the moment says enough here.
  const moments = snapshots.map((s) => s.label.split('-').at(-1) ?? s.label);
  return { caption: 'Metrics that changed', head: ['figure', ...moments], rows };
}

/** Where a loss was seen, in words. */
export function lossPlace({ scenario, phase, period }: Loss): string {
  if (scenario === null) return 'control run';
  const words = (period === undefined ? undefined : periodWords(period)) ?? 'fault period';
  return `${scenario}, ${phase === 'fault' ? words : phase}`;
}

/** Who lost how much, and which; and the sum of all where there are several. */
export function lossesTable(losses: readonly Loss[]): Table {
  const rows = losses.map((loss) => [lossPlace(loss), loss.sdk, String(loss.count), loss.seqs]);
  const sum = losses.reduce((all, { count }) => all + count, 0);
  return {
    caption: 'Messages that were acknowledged and never delivered',
    head: ['where', 'SDK', 'lost', 'sequence numbers'],
    rows: rows.length > 1 ? [...rows, ['all together', '', String(sum), '']] : rows,
  };
}

const at = (ms: number | null): string =>
  ms === null ? dash : `${ms < 0 ? '−' : '+'}${Math.abs(ms / 1000).toFixed(3)} s`;

/** Each lost message: when it was sent, and who acknowledged it when. `limit`: the first so many. */
export function lostMessagesTable(loss: Loss, limit: number): Table {
  const shown = loss.messages.slice(0, limit);
  const rest = loss.count > shown.length ? ` (the first ${shown.length} of ${loss.count})` : '';
  return {
    caption: `${loss.sdk} in ${lossPlace(loss)}: times are relative to the ${loss.since === 'inject' ? 'injection' : loss.since}${rest}`,
    head: ['seq', 'due', 'sent', 'acknowledged', 'by', 'attempts'],
    rows: shown.map((m) => [
      String(m.seq),
      at(m.intendedMs),
      at(m.sentMs),
      at(m.ackedMs),
      m.ackedBy ?? 'unknown',
      String(m.attempts),
    ]),
  };
}
