import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type {
  Breaker,
  OpenBreaker,
  RecordedOutcome,
  ResetRequest,
  ResumeRecord,
  RunEnding,
} from '../domain/breaker.js';

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

/** The record's workflow, by its type: an activity that reaches the record starts it where there is none. */
export type ClusterWorkflow = (initial: ClusterRecord) => Promise<never>;

/** What closing the breaker came to. `schedule` says in words what became of the schedule. */
export interface ResetAnswer extends ResumeRecord {
  readonly schedule: string;
}

export const acquireUpdate = defineUpdate<AcquireAnswer, [AcquireRequest]>('acquire');
export const releaseUpdate = defineUpdate<boolean, [Pick<Holder, 'workflowId' | 'temporalRunId'>]>('release');
export const recordOutcomeUpdate = defineUpdate<RecordedOutcome, [RunEnding]>('recordOutcome');
export const resetUpdate = defineUpdate<ResetAnswer, [ResetRequest]>('reset');
export const clusterStatusQuery = defineQuery<ClusterStatus>('status');
