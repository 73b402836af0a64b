import type { Breaker, EndedRun, OpenBreaker, RecordedOutcome, RunEnding } from '../domain/breaker.js';
import { refuseNewerPlan } from '../domain/format.js';
import type { Unplanned, Watch } from '../domain/overdue.js';
import { runKinds, type InSeries, type RunPlan, type RunRequest, type TimingPlan } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import type { FaultEntry, Scenario } from '../domain/scenario.js';
import type { VersionName } from '../domain/versions.js';
import type { VersionsRequest } from '../domain/versions-plan.js';
import { anyText, fields, list, number, oneOf, onlyFields, orAbsent, orNull, text, truth } from '../domain/shape.js';
import type { AcquireRequest, ClusterRecord, Holder, UnplannedRound, Waiting } from './cluster-record.js';
import type { Finalized, PausedRun } from './paused-run.js';
import type { RunProgress } from './progress.js';
import type { AnnounceRequest } from './requests.js';
import type { RunPause } from './resume.js';

/**
 * What our workflows may be started with, and what their updates take. Anybody can send anything to a workflow, and code that stumbles over it would be
 * tried again for ever. A shape asks for what the workflow's code relies on, and for no more: an older version may have sent less.
 */

export const runRequestShape = onlyFields<RunRequest>({
  scenario: orAbsent(text),
  config: orAbsent(text),
  host: orAbsent(text),
  sdks: orAbsent(list(text)),
  inSeries: orAbsent(
    onlyFields<InSeries>({ series: text, version: text, binary: text, scenarios: orAbsent(list(text)) }),
  ),
});

export const versionsRequestShape = onlyFields<VersionsRequest>({
  versions: list(fields<VersionName>({ label: text, path: text })),
  rounds: number,
  scenarios: orAbsent(list(text)),
  sdks: orAbsent(list(text)),
  config: orAbsent(text),
  host: orAbsent(text),
});

/**
 * Throws PLAN_NEWER if an argument has a plan that a newer program made. That is no problem of the argument: it fails the workflow's task and not the workflow,
 * so that the run waits, whole, for a worker that can read it.
 */
export function leaveNewerPlan(argument: unknown): void {
  if (typeof argument !== 'object' || argument === null || !('plan' in argument)) return;
  refuseNewerPlan(argument.plan, 'the plan of the run');
}

const entryShape = fields<FaultEntry>({
  name: text,
  fault: text,
  target: text,
  atMs: number,
  forMs: orAbsent(number),
  after: orAbsent(text),
  waitsFor: orAbsent(list(text)),
});

const scenarioShape = fields<Scenario>({
  name: text,
  fault: text,
  target: text,
  core: truth,
  faults: orAbsent(list(entryShape)),
});

const timingShape = fields<TimingPlan>({
  healWaitMs: number,
  faultWindowMs: number,
  leadInMs: number,
  recoveryBudgetMs: number,
  observeBudgetMs: number,
  clientLimitMs: number,
});

const planShape = fields<RunPlan>({
  runId: text,
  kind: oneOf(...runKinds),
  cluster: text,
  hostQueue: text,
  scenarios: list(scenarioShape),
  sdks: list(text),
  timing: timingShape,
  rules: fields({}),
  load: fields({ messages: number }),
  runDir: text,
  configPath: text,
});

export const scenarioInputShape = fields<{ plan: RunPlan; scenario: Scenario }>({
  plan: planShape,
  scenario: scenarioShape,
});

const holderIdShape = { workflowId: text, temporalRunId: text };
export const releaseShape = fields<Holder>(holderIdShape);
const holderShape = fields<Holder>({ ...holderIdShape, kind: oneOf(...runKinds), since: text });

export const acquireShape = fields<AcquireRequest>({
  holder: holderShape,
  replaces: orAbsent(releaseShape),
  waits: orAbsent(truth),
});

const headline = oneOf('PASS', 'FAIL', 'INVALID', 'KNOWN', 'REFUSED', 'CANCELLED');

const endedRun = { runId: text, workflowId: text, runDir: text, hostQueue: text };

const ending = {
  ...endedRun,
  kind: oneOf(...runKinds),
  headline,
  onlyFormatErrors: truth,
  finishedAt: text,
};
export const endingShape = fields<RunEnding>(ending);

/** Beside who and why, for which there is `readResume`. */
export const resetShape = fields<{ runId: string | null }>({ runId: orNull(text) });

const openShape = fields<OpenBreaker>({
  kind: oneOf('open'),
  since: text,
  byRuns: list(text),
  pausedRun: fields<EndedRun>(endedRun),
});

const breakerShape = fields<Breaker>({
  consecutiveFailures: number,
  failedRuns: list(text),
  formatErrorsInARow: number,
  state: (value, at) => fields<OpenBreaker>({ kind: oneOf('closed') })(value, at) && openShape(value, at),
  lastReset: orNull(fields({ by: text, reason: text, at: text })),
  outcomes: list(fields<RecordedOutcome>(ending)),
});

const round = { workflowId: text, problem: anyText, configPath: orNull(anyText) };
/** A scheduled round that has no plan. */
export const unplannedRoundShape = fields<UnplannedRound>(round);

const watchShape = fields<Watch>({
  nextLookAt: text,
  expected: orNull(fields({})),
  toldSince: orNull(text),
  lastVerdict: orNull(fields({})),
  unplanned: orNull(fields<Unplanned>({ ...round, since: text, rounds: number, told: truth })),
});

const waitingShape = fields<Waiting>({ by: holderShape, until: text });

export const clusterRecordShape = fields<ClusterRecord>({
  cluster: text,
  holder: orNull(holderShape),
  breaker: orAbsent(breakerShape),
  watch: orAbsent(watchShape),
  waiting: orAbsent(orNull(waitingShape)),
});

/** What a run that is paused for long continues with. */
export const pausedRunShape = fields<PausedRun>({
  plan: planShape,
  finalized: fields<Finalized>({
    outcome: fields<RecordedOutcome>({ ...ending, consecutiveFailures: number, failedRuns: list(text) }),
    published: fields({}),
    written: fields<NonNullable<AnnounceRequest['written']>>({ finishedAt: text, summary: anyText }),
    shouted: truth,
  }),
  result: fields<RunResult>({ headline }),
  progress: fields<RunProgress>({
    scenarios: list(fields({})),
    result: fields<RunResult>({ summary: anyText }),
    pause: fields<RunPause>({ since: text, consecutiveFailures: number, byRuns: list(text), howToResume: fields({}) }),
    notes: list(anyText),
  }),
});
