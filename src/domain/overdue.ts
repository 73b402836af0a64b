import type { Breaker, RunEnding } from './breaker.js';

const HOUR_MS = 3_600_000;

/** The last verdict of a full round: PASS, FAIL or INVALID. */
export type LastVerdict = Pick<RunEnding, 'runId' | 'headline' | 'finishedAt'>;

/** What the schedule of a cluster promises, as the server has it. `off`: there is none, it is paused, or it never ticks again. */
export type SeenSchedule =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'on';
      /** The longest time between two of its next ticks. */
      readonly everyMs: number;
      /** Config of the rounds; null for a schedule that somebody else made. */
      readonly configPath: string | null;
    };

/** Verdicts are expected: how often, and from when on. */
export interface Expectation {
  readonly everyMs: number;
  /** ISO 8601. When the schedule was first seen to be on. */
  readonly since: string;
  readonly configPath: string | null;
}

/** A round that ended before it had a plan; null once a round has one again. */
export interface Unplanned {
  /** Code of the error; absent in records that knew of configs alone. */
  readonly code?: string;
  readonly workflowId: string;
  /** ISO 8601. The first round, and the last one. */
  readonly since: string;
  readonly at: string;
  readonly problem: string;
  readonly configPath: string | null;
  /** How many rounds in a row. */
  readonly rounds: number;
  readonly told: boolean;
}

/** What the record of a cluster keeps, so that somebody notices when nothing happens. */
export interface Watch {
  /** ISO 8601. When the schedule is looked at again. */
  readonly nextLookAt: string;
  /** Null: nothing is expected, or nobody has looked yet. */
  readonly expected: Expectation | null;
  /** The outage that people know of, by its start; null: none. */
  readonly toldSince: string | null;
  readonly lastVerdict: LastVerdict | null;
  readonly unplanned: Unplanned | null;
}

/** A verdict is waited for: since when, and how often one is expected. */
export interface Waiting {
  /** ISO 8601. The last verdict, the last reset of the breaker, or when verdicts were expected first: what came last. */
  readonly since: string;
  readonly everyMs: number;
}

/** No verdict for too long. */
export interface Overdue extends Waiting {
  readonly forMs: number;
}

/** The schedule is looked at this often, since nobody says when a person pauses it in the Web UI. */
export const LOOK_EVERY_MS = HOUR_MS;

/** One round may fail to happen (a person's run had the cluster at its tick), and a round may take an hour. */
export const limitOf = (everyMs: number): number => 2 * everyMs + HOUR_MS;

/** Is the end of a run a verdict of a full round? */
const isVerdict = ({ kind, headline }: RunEnding): boolean =>
  kind === 'full' && headline !== 'CANCELLED' && headline !== 'REFUSED';

/** The last verdict after a run has ended. */
export const verdictAfter = (before: LastVerdict | null, ending: RunEnding): LastVerdict | null =>
  isVerdict(ending) ? { runId: ending.runId, headline: ending.headline, finishedAt: ending.finishedAt } : before;

/** Where nobody has watched yet; a record from before the watch knows the runs that ended last. */
export const newWatch = ({ outcomes }: Breaker, now: number): Watch => ({
  nextLookAt: new Date(now + LOOK_EVERY_MS).toISOString(),
  expected: null,
  toldSince: null,
  lastVerdict: outcomes.reduce<LastVerdict | null>(verdictAfter, null),
  unplanned: null,
});

const CONFIG_INVALID = 'CONFIG_INVALID';

/** Has a round no plan because its config could not be read? Else the test equipment failed. */
export const isConfigProblem = ({ code = CONFIG_INVALID }: Pick<Unplanned, 'code'>): boolean => code === CONFIG_INVALID;

/** One more round had no plan. People know already if they were told of the same kind of problem. */
export function unplannedAfter(
  before: Unplanned | null,
  {
    code = CONFIG_INVALID,
    problem,
    workflowId,
    configPath,
  }: Pick<Unplanned, 'code' | 'problem' | 'workflowId' | 'configPath'>,
  at: string,
): Unplanned {
  const row = before !== null && (before.code ?? CONFIG_INVALID) === code ? before : undefined;
  return {
    ...{ code, workflowId, configPath, problem, at },
    since: row?.since ?? at,
    rounds: (row?.rounds ?? 0) + 1,
    told: row?.told ?? false,
  };
}

/** A schedule as the server describes it, as far as it is looked at here. */
interface DescribedSchedule {
  readonly state: { readonly paused: boolean };
  readonly info: { readonly nextActionTimes: readonly Date[] };
  readonly action: { readonly memo?: Readonly<Record<string, unknown>> | undefined };
}

/** What a schedule promises; undefined: there is none. */
export function seenSchedule(schedule: DescribedSchedule | undefined): SeenSchedule {
  if (schedule === undefined || schedule.state.paused) return { kind: 'off' };
  const times = schedule.info.nextActionTimes.map((tick) => tick.getTime()).sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
  if (gaps.length === 0) return { kind: 'off' };
  const { config } = (schedule.action.memo?.['terms'] ?? {}) as { readonly config?: unknown };
  return { kind: 'on', everyMs: Math.max(...gaps), configPath: typeof config === 'string' ? config : null };
}

/** Only where there is a schedule that nobody has paused, and no breaker that holds. */
export function waitingFor(
  { expected, lastVerdict }: Pick<Watch, 'expected' | 'lastVerdict'>,
  breaker: Breaker,
): Waiting | null {
  if (expected === null || breaker.state.kind === 'open') return null;
  const times = [expected.since, lastVerdict?.finishedAt, breaker.lastReset?.at].filter((time) => time !== undefined);
  const since = times.reduce((latest, time) => (Date.parse(time) > Date.parse(latest) ? time : latest));
  return { since, everyMs: expected.everyMs };
}

/** No verdict for too long; null if it is not so, or if none is waited for. */
export function overdueAt(waiting: Waiting | null, now: number): Overdue | null {
  if (waiting === null) return null;
  const forMs = now - Date.parse(waiting.since);
  return forMs > limitOf(waiting.everyMs) ? { ...waiting, forMs } : null;
}

/** Who sees a schedule on that was off before waits from `from` on; so does who sees one that ticks more often than before. */
export function expectationAfter(before: Expectation | null, seen: SeenSchedule, from: string): Expectation | null {
  if (seen.kind === 'off') return null;
  const { everyMs, configPath } = seen;
  return { everyMs, configPath, since: before === null || everyMs < before.everyMs ? from : before.since };
}

/** The watch after a look at the schedule. */
export function afterLook(watch: Watch, seen: SeenSchedule, breaker: Breaker, now: number): Watch {
  const from = new Date(now).toISOString();
  const expected = breaker.state.kind === 'open' ? null : expectationAfter(watch.expected, seen, from);
  const overdue = overdueAt(waitingFor({ ...watch, expected }, breaker), now);
  const toldSince = overdue?.since === watch.toldSince ? watch.toldSince : null;
  return { ...watch, expected, toldSince, nextLookAt: new Date(now + LOOK_EVERY_MS).toISOString() };
}

/** When the schedule has to be looked at again: every hour, or when the verdict becomes overdue. */
export function wakeAt(watch: Watch, breaker: Breaker, now: number): number {
  const look = Date.parse(watch.nextLookAt);
  const waiting = waitingFor(watch, breaker);
  if (waiting === null) return look;
  const due = Date.parse(waiting.since) + limitOf(waiting.everyMs) + 1;
  return due > now ? Math.min(look, due) : look;
}

const UNITS = [
  [86_400_000, 'd'],
  [HOUR_MS, 'h'],
  [60_000, 'min'],
] as const;

/** `9 h`, `90 s`: the largest unit of which it is at least two. */
export function durationText(ms: number): string {
  const [size, unit] = UNITS.find(([length]) => ms >= 2 * length) ?? [1000, 's'];
  return `${Math.floor(ms / size)} ${unit}`;
}

/** What every place says of an outage. */
export const overdueText = ({ forMs, everyMs }: Pick<Overdue, 'forMs' | 'everyMs'>): string =>
  `no verdict for ${durationText(forMs)} (expected every ${durationText(everyMs)})`;

/** What every place says of rounds without a plan. */
export function unplannedText(unplanned: Unplanned): string {
  const { rounds, at, problem } = unplanned;
  const what = isConfigProblem(unplanned) ? 'could not read the config' : 'ended before the plan was made';
  return `${rounds === 1 ? 'a round' : `${rounds} rounds in a row`} ${what}, last at ${at}: ${problem}`;
}
