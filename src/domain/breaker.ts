import { shellQuoted } from './shell.js';
import { shown, unreadable } from './shape.js';
import type { Headline } from './status.js';
import type { RunKind } from './plan.js';

/** This many failed runs in a row open the breaker (the seed's own number). */
export const FAILURES_TO_OPEN = 3;
/** This many runs in a row whose only fault was a result line that could not be read are worth a warning. */
const FORMAT_ERRORS_TO_WARN = 3;
/** Outcomes kept: more than anybody looks back here (every report stays on disk), few enough for a query's answer. */
const OUTCOMES_KEPT = 20;

/** Which run it was; `runDir` and `hostQueue` say where its report lies, for a message that is sent later. */
export interface EndedRun {
  readonly runId: string;
  readonly workflowId: string;
  readonly runDir: string;
  readonly hostQueue: string;
}

/** How a run ended, as far as the count is concerned. */
export interface RunEnding extends EndedRun {
  readonly kind: RunKind;
  readonly headline: Headline;
  /** Every failure of the run is a `script_format_error`: the script is to be fixed, not the broker. */
  readonly onlyFormatErrors: boolean;
  /** ISO 8601. */
  readonly finishedAt: string;
}

/** What an ending did to the count; kept with it, so that a retried record gives the same answer. */
export interface RecordedOutcome extends RunEnding {
  readonly effect: 'counted' | 'reset to 0' | 'not counted';
  readonly consecutiveFailures: number;
  /** Run ids of the failures in a row, this one included. */
  readonly failedRuns: readonly string[];
  /** The breaker is open with this run: it is the one that pauses. */
  readonly pauses: boolean;
  /** This run is the third in a row that ended with nothing but format errors. */
  readonly warnsOfFormatErrors: boolean;
}

/** How a person closes the breaker from the command line; `configPath` is the config of the runs that failed. */
export const resumeCommandLine = (configPath: string): string =>
  `robustmq-chaos resume --by NAME --reason TEXT --config ${shellQuoted(configPath)}`;

/** Who let the runs go on, and why. */
export interface Resume {
  readonly by: string;
  readonly reason: string;
}

export interface ResumeRecord extends Resume {
  readonly at: string;
}

export interface OpenBreaker {
  readonly kind: 'open';
  readonly since: string;
  /** Run ids of the failures in a row that opened it. */
  readonly byRuns: readonly string[];
  /** The run that waits, paused, for `resume`. */
  readonly pausedRun: EndedRun;
}

/** The count of failed runs in a row, and the pause it leads to. One per cluster; part of the cluster's durable record. */
export interface Breaker {
  readonly consecutiveFailures: number;
  readonly failedRuns: readonly string[];
  readonly formatErrorsInARow: number;
  readonly state: { readonly kind: 'closed' } | OpenBreaker;
  readonly lastReset: ResumeRecord | null;
  /** Latest last. */
  readonly outcomes: readonly RecordedOutcome[];
}

export const NEW_BREAKER: Breaker = {
  consecutiveFailures: 0,
  failedRuns: [],
  formatErrorsInARow: 0,
  state: { kind: 'closed' },
  lastReset: null,
  outcomes: [],
};

/** Single, cancelled and refused runs, those whose every failure is a format error, and those with nothing but known failures leave the count as it is. */
function effectOf({ kind, headline, onlyFormatErrors }: RunEnding): RecordedOutcome['effect'] {
  if (kind !== 'full' || headline === 'CANCELLED' || headline === 'REFUSED' || headline === 'KNOWN')
    return 'not counted';
  if (headline === 'PASS') return 'reset to 0';
  return onlyFormatErrors ? 'not counted' : 'counted';
}

/** A run that says nothing about the scripts leaves the warning's count alone; any other one than a mere format error ends it. */
function formatErrorsAfter(before: number, { kind, headline, onlyFormatErrors }: RunEnding): number {
  if (kind !== 'full' || headline === 'CANCELLED' || headline === 'REFUSED') return before;
  return onlyFormatErrors ? before + 1 : 0;
}

/**
 * Takes the ending of a run into the record, once: a run that is recorded again gets its first answer, and changes nothing. (A run holds the
 * cluster until it is recorded, so a retry can only ever concern one of the last few.)
 */
export function recordEnding(breaker: Breaker, ending: RunEnding): { breaker: Breaker; outcome: RecordedOutcome } {
  const known = breaker.outcomes.find(({ runId }) => runId === ending.runId);
  if (known !== undefined) return { breaker, outcome: known };
  const effect = effectOf(ending);
  const failedRuns =
    effect === 'counted' ? [...breaker.failedRuns, ending.runId] : effect === 'reset to 0' ? [] : breaker.failedRuns;
  const consecutiveFailures = failedRuns.length;
  const formatErrorsInARow = formatErrorsAfter(breaker.formatErrorsInARow, ending);
  const pauses = effect === 'counted' && consecutiveFailures >= FAILURES_TO_OPEN;
  const outcome: RecordedOutcome = {
    ...ending,
    effect,
    consecutiveFailures,
    failedRuns,
    pauses,
    warnsOfFormatErrors:
      formatErrorsInARow === FORMAT_ERRORS_TO_WARN && breaker.formatErrorsInARow < FORMAT_ERRORS_TO_WARN,
  };
  const { runId, workflowId, runDir, hostQueue, finishedAt } = ending;
  const pausedRun = { runId, workflowId, runDir, hostQueue };
  const state: Breaker['state'] = pauses
    ? { kind: 'open', since: finishedAt, byRuns: failedRuns, pausedRun }
    : breaker.state;
  return {
    outcome,
    breaker: {
      ...breaker,
      consecutiveFailures,
      failedRuns,
      formatErrorsInARow,
      state,
      outcomes: [...breaker.outcomes, outcome].slice(-OUTCOMES_KEPT),
    },
  };
}

/** A wish to close the breaker; `runId` is the paused run it comes through, or null from a person directly. */
export interface ResetRequest extends Resume {
  readonly runId: string | null;
}

/** Why a wish to close the breaker is refused; undefined if it is not. A run can only undo the pause that it is itself. */
export function resetProblem({ state, lastReset }: Breaker, { runId }: ResetRequest): string | undefined {
  if (state.kind === 'closed') {
    const last = lastReset === null ? 'it never was' : `it was resumed at ${lastReset.at} by ${lastReset.by}`;
    return `the breaker is not open: ${last}`;
  }
  if (runId === null || runId === state.pausedRun.runId) return undefined;
  return `the breaker was opened by run ${state.pausedRun.runId}, not by ${runId}: resume that one`;
}

/** Closes the breaker. The caller has asked `resetProblem`. */
export const resetBreaker = (breaker: Breaker, { by, reason }: Resume, at: string): Breaker => ({
  ...breaker,
  consecutiveFailures: 0,
  failedRuns: [],
  state: { kind: 'closed' },
  lastReset: { by, reason, at },
});

const NAME_LIMIT = 200;
const REASON_LIMIT = 2000;

/** Half a character, of which no text can be made that a server takes. */
const halves = /\p{Surrogate}/gu;

const tidy = (value: string): string => value.replace(halves, '\uFFFD').trim();

/** Reads what came with `resume`, from a person's hands: never throws, and what it says is short. */
export function readResume(payload: unknown): Resume | { readonly problem: string } {
  const shape = 'expected {"by": "<your name>", "reason": "<why the runs may continue>"}';
  const lost = unreadable(payload, 'what came with it');
  if (lost !== undefined) return { problem: `${lost}; ${shape} as json/plain` };
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload) || ArrayBuffer.isView(payload)) {
    return { problem: `${shape}, got ${shown(payload)}` };
  }
  const { by, reason } = payload as Readonly<Record<string, unknown>>;
  for (const [name, value, limit] of [
    ['by', by, NAME_LIMIT],
    ['reason', reason, REASON_LIMIT],
  ] as const) {
    if (typeof value !== 'string' || value.trim() === '') {
      return { problem: `${shape}, got ${value === undefined ? `no "${name}"` : `"${name}": ${shown(value)}`}` };
    }
    if (value.length > limit)
      return { problem: `"${name}": expected at most ${limit} characters, got ${value.length}` };
  }
  return { by: tidy(by as string), reason: tidy(reason as string) };
}
