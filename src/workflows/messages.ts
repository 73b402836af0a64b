import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type {
  Breaker,
  OpenBreaker,
  RecordedOutcome,
  ResetRequest,
  ResumeRecord,
  RunEnding,
} from '../domain/breaker.js';
import type { RunResult } from '../domain/report-data.js';
import type { SdkStatus, ScenarioStatus } from '../domain/status.js';

/** Who holds a cluster. */
export interface Holder {
  readonly workflowId: string;
  /** Temporal's own run id: two runs of one workflow id are two holders. */
  readonly temporalRunId: string;
  readonly kind: 'full' | 'single';
  readonly since: string;
}

export interface AcquireRequest {
  readonly holder: Holder;
  /** A holder that was found dead: it is replaced, if it still is the holder. */
  readonly replaces?: Pick<Holder, 'workflowId' | 'temporalRunId'> | undefined;
}

/** Why a cluster is not to be had: another run holds it, or the breaker is open and a full run asks. */
export type Refusal =
  { readonly kind: 'held'; readonly by: Holder } | { readonly kind: 'breaker open'; readonly breaker: OpenBreaker };

export type AcquireAnswer = { readonly granted: true } | { readonly granted: false; readonly refusal: Refusal };

/** The durable record of one cluster. */
export interface ClusterStatus {
  readonly cluster: string;
  readonly holder: Holder | null;
  readonly breaker: Breaker;
}

/** What the record's workflow is started with; a record that is older than the breaker has none. */
export type ClusterRecord = Omit<ClusterStatus, 'breaker'> & { readonly breaker?: Breaker };

/** What closing the breaker came to. `schedule` says in words what became of the schedule. */
export interface ResetAnswer extends ResumeRecord {
  readonly schedule: string;
}

export const acquireUpdate = defineUpdate<AcquireAnswer, [AcquireRequest]>('acquire');
export const releaseUpdate = defineUpdate<boolean, [Pick<Holder, 'workflowId' | 'temporalRunId'>]>('release');
export const recordOutcomeUpdate = defineUpdate<RecordedOutcome, [RunEnding]>('recordOutcome');
export const resetUpdate = defineUpdate<ResetAnswer, [ResetRequest]>('reset');
export const clusterStatusQuery = defineQuery<ClusterStatus>('status');

export type Step =
  | 'baseline snapshot'
  | 'clients connect'
  | 'inject'
  | 'observe'
  | 'fault holds'
  | 'recover'
  | 'heal wait'
  | 'validation'
  | 'recording';

/** What one scenario is doing: the answer of `ScenarioWorkflow`'s query `progress`. */
export interface ScenarioProgress {
  readonly scenario: string;
  readonly step: Step;
  readonly since: string;
  /** How long this step takes at most, in ms; null where nobody knows. */
  readonly limitMs: number | null;
  readonly detail: string;
  readonly clients: readonly {
    readonly sdk: string;
    readonly phase: string;
    readonly status: SdkStatus;
    readonly text: string;
  }[];
}

/** What a run is doing: the answer of `ChaosRunWorkflow`'s query `progress`. */
export interface RunProgress {
  readonly runId: string | null;
  readonly runDir: string | null;
  readonly sdks: readonly string[];
  readonly cluster: string | null;
  readonly phase:
    | 'starting'
    | 'pre-check'
    | 'starting cluster'
    | 'control run'
    | 'scenario'
    | 'stopping cluster'
    | 'report'
    | 'publishing'
    | 'messages'
    | 'paused'
    | 'closed';
  readonly since: string;
  readonly scenarios: readonly { readonly name: string; readonly status: ScenarioStatus | 'waiting' | 'running' }[];
  readonly control: ScenarioProgress['clients'];
  readonly current: string | null;
  readonly result: RunResult | null;
  /** Of a run that waits for a human; null of any other. */
  readonly pause: RunPause | null;
  /** What a person should know besides, e.g. that a message could not be sent. */
  readonly notes: readonly string[];
}

/** Why a run is paused, and how it goes on. */
export interface RunPause {
  readonly since: string;
  readonly consecutiveFailures: number;
  readonly byRuns: readonly string[];
  /** The commands and the payload, ready to copy. */
  readonly howToResume: ResumeHelp;
}

export interface ResumeHelp {
  readonly command: string;
  readonly temporal: string;
  readonly signal: string;
  readonly payload: string;
}

/**
 * A paused run's end: `{"by": "<name>", "reason": "<why>"}`. A signal for the Web UI and `temporal workflow signal`, an update (which answers) for
 * this program's own command. The payload comes from a person's hands, so it may be anything.
 */
export const resumeSignal = defineSignal<[unknown]>('resume');
export const resumeUpdate = defineUpdate<ResetAnswer, [unknown]>('resume');

export const runProgressQuery = defineQuery<RunProgress>('progress');
export const scenarioProgressQuery = defineQuery<ScenarioProgress>('progress');
