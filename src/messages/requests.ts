import type { ResetRequest, RunEnding } from '../domain/breaker.js';
import type { ClientOutcome } from '../domain/client-result.js';
import type { ReportPlace } from '../domain/notification.js';
import type { RunPlan, RunRef, RunRequest } from '../domain/plan.js';
import type { Evidence, FaultRecord } from '../domain/fault-record.js';
import type { ScenarioResult, SnapshotSummary } from '../domain/report-data.js';
import type { Scenario } from '../domain/scenario.js';
import type { StartedWith } from '../domain/started-with.js';
import type { Blame, Headline } from '../domain/status.js';
import type { Failure, ScenarioVerdict, SdkVerdict } from '../domain/verdict.js';
import type { Answer } from './answer.js';
import type { Holder } from './cluster-record.js';

/** Shapes that cross the border between workflows and activities. One object in, one object out. */

export interface PreparePlanRequest {
  readonly request: RunRequest;
  readonly workflowId: string;
  readonly temporalRunId: string;
}

/** Of a run whose plan is gone from its host. */
export interface RestorePlanRequest {
  readonly plan: RunPlan;
}

export interface InRun {
  readonly run: RunRef;
}

export interface ClusterStateRequest extends InRun {
  /** From when on deaths of the equipment count, by the host's monotonic clock; null: since the cluster was started. */
  readonly sinceUs: number | null;
}

export interface StartClusterRequest extends InRun {
  /** Absent: a plain cluster. */
  readonly startedWith?: StartedWith;
}

export interface ClusterUp {
  readonly endpoint: string;
  readonly dataDirs: readonly string[];
}

/** `control`, or the fault period or validation of a scenario. */
export interface PhaseId {
  readonly scenario: string | null;
  readonly phase: 'control' | 'fault' | 'validation';
}

export interface PhaseRequest extends InRun, PhaseId {}

export interface PhaseStarted {
  /** When the clients were launched, by the host's clock. */
  readonly startedUs: number;
  /** SDK → where publisher and subscriber are connected; null for a client that does not say. */
  readonly ready: Readonly<Record<string, { readonly publisher: string; readonly subscriber: string } | null>>;
}

/** When clients were told to stop publishing, by the host's clock; null where version 0.1.0 told them. */
export interface ClientsStopped {
  readonly stoppedUs: number | null;
}

export interface FaultRequest extends InRun {
  readonly faultId: string;
}

/** An answer about a fault: the facts that it adds to the fault's record, or why there are none. */
type FaultAnswer<Facts extends keyof FaultRecord> = Answer<Pick<FaultRecord, Facts>>;

export interface PrepareFaultRequest extends InRun {
  readonly scenario: Scenario;
}

/** Without `entry`: of the only fault of the scenario. */
export interface PlanFaultRequest extends PrepareFaultRequest {
  readonly entry?: string;
}

export interface WholeRequest extends InRun {
  /** Its name. */
  readonly scenario: string;
}

export type WholeAnswer = Answer<
  Pick<RecoverAnswer, 'recoveredAt' | 'recoveredUs' | 'recoverErrorBlame'> & { readonly healed: readonly Evidence[] }
>;

export type PrepareAnswer = Answer<object>;
export type PlanAnswer = FaultAnswer<'faultId' | 'injector' | 'victim' | 'reason' | 'recoveryBlame'>;
export type InjectAnswer = FaultAnswer<'injectedAt' | 'injectedUs'>;
export type ObserveAnswer = FaultAnswer<'observed' | 'bite' | 'leaders'>;
export type HoldAnswer = FaultAnswer<'cutShort'>;
/** `recoveredAt` and `recoveredUs`: of the proof, or of giving up. */
export type RecoverAnswer = Answer<{
  readonly recoveredAt: string;
  readonly recoveredUs: number;
  readonly recoveredBy: string | null;
  readonly healed: readonly Evidence[];
  /** Brokers that had died by themselves, and were started again. */
  readonly died: readonly string[];
  /** Whose failure the error is, by what was seen; absent in answers of earlier versions. */
  readonly recoverErrorBlame?: Blame;
}>;

export interface SnapshotRequest extends InRun {
  readonly label: string;
}

export interface RecordScenarioRequest extends InRun {
  readonly result: ScenarioResult;
}

export interface WriteReportRequest extends InRun {
  readonly workflowId: string;
  readonly startedAt: string;
  readonly cancelled: boolean;
  readonly endpoint: string | null;
  readonly dataDirs: readonly string[];
  readonly control: readonly ClientOutcome[];
  readonly controlVerdicts: readonly SdkVerdict[];
  readonly runFailures: readonly Failure[];
  readonly endSnapshot: SnapshotSummary | null;
  readonly notes: readonly string[];
  /** Of the scenarios that ended; one without a `scenario.json` (its workflow was terminated) is reported from here. */
  readonly verdicts: readonly { readonly name: string; readonly verdict: ScenarioVerdict }[];
}

export interface ReportWritten {
  readonly finishedAt: string;
  readonly headline: Headline;
  readonly runPassed: boolean;
  readonly passRatePercent: number;
  /** The run failed by nothing but result lines that could not be read. */
  readonly onlyFormatErrors: boolean;
  readonly summary: string;
  /** Null where the report could not be written. */
  readonly jsonPath: string | null;
  readonly markdownPath: string | null;
}

export interface RecordOutcomeRequest {
  readonly cluster: string;
  readonly ending: RunEnding;
}

export interface ResetBreakerRequest {
  readonly cluster: string;
  readonly reset: ResetRequest;
}

/** The messages about a run that has its report. */
export interface AnnounceRequest {
  readonly run: RunRef;
  readonly message: 'verdict' | 'breaker' | 'format-errors';
  readonly consecutiveFailures: number;
  /** The breaker is open with this run. */
  readonly opens: boolean;
  readonly report: Omit<ReportPlace, 'localPath'>;
  /** What people are told where there is no report; absent in requests of 0.1.0. */
  readonly written?: Pick<ReportWritten, 'finishedAt' | 'summary'>;
}

export interface AnnounceResumeRequest {
  readonly run: RunRef;
  readonly by: string;
  readonly reason: string;
}

export interface PauseScheduleRequest {
  readonly cluster: string;
  /** Begins with `BREAKER_NOTE`. */
  readonly note: string;
}

export interface UnpauseScheduleRequest {
  readonly cluster: string;
  readonly by: string;
  readonly reason: string;
}

export interface HolderRequest {
  readonly cluster: string;
  readonly holder: Holder;
  /** It has asked before, and will ask again. */
  readonly waits?: boolean;
}

/** What is left of a cluster; an error where nobody can tell, and then nothing is said about its brokers. */
export type ClusterLeft = Answer<{
  /** Node ids. */
  readonly dead: readonly string[];
  readonly all: number;
  /** Why the cluster is no more, where it was not the brokers' doing. */
  readonly ended: string | null;
  /** What of the test's own equipment died meanwhile, and was replaced; and what does not work now. */
  readonly equipmentDied: readonly string[];
}>;
