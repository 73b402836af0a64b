import { defineQuery, defineUpdate } from '@temporalio/workflow';
import {
  NEW_BREAKER,
  type Breaker,
  type OpenBreaker,
  type RecordedOutcome,
  type ResetRequest,
  type ResumeRecord,
  type RunEnding,
} from '../domain/breaker.js';
import { newWatch, type Unplanned, type Watch } from '../domain/overdue.js';
import type { RunKind } from '../domain/plan.js';

/** Who holds a cluster. */
export interface Holder {
  readonly workflowId: string;
  /** Temporal's own run id: two runs of one workflow id are two holders. */
  readonly temporalRunId: string;
  readonly kind: RunKind;
  readonly since: string;
}

/** A run that found a run of a series on the cluster, and asks again until it has it: no run of a series may come before it. */
export interface Waiting {
  readonly by: Holder;
  /** Who has not asked again by then has given up; ISO 8601. */
  readonly until: string;
}

export interface AcquireRequest {
  readonly holder: Holder;
  /** A holder that was found dead: it is replaced, if it still is the holder. */
  readonly replaces?: Pick<Holder, 'workflowId' | 'temporalRunId'> | undefined;
  /** It has asked before, and will ask again. */
  readonly waits?: boolean;
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
  readonly watch: Watch;
  readonly waiting: Waiting | null;
}

/** What the record's workflow is started with; an older record lacks what it did not know of. */
export type ClusterRecord = Pick<ClusterStatus, 'cluster' | 'holder'> &
  Partial<Pick<ClusterStatus, 'breaker' | 'watch' | 'waiting'>>;

/** A record as it was handed over, or as the worker of an older version answers. */
export const asOfToday = (record: ClusterRecord): ClusterStatus => {
  const breaker = record.breaker ?? NEW_BREAKER;
  const { watch = newWatch(breaker, Date.now()), waiting = null } = record;
  return { ...record, breaker, watch, waiting };
};

/** A scheduled round that ended before it had a plan. */
export type UnplannedRound = Pick<Unplanned, 'code' | 'workflowId' | 'problem' | 'configPath'>;

/** The record's workflow, by its type: an activity that reaches the record starts it where there is none. */
export type ClusterWorkflow = (initial: ClusterRecord) => Promise<never>;

/** What closing the breaker came to. `schedule` says in words what became of the schedule. */
export interface ResetAnswer extends ResumeRecord {
  readonly schedule: string;
}

export const acquireUpdate = defineUpdate<AcquireAnswer, [AcquireRequest]>('acquire');
export const releaseUpdate = defineUpdate<boolean, [Pick<Holder, 'workflowId' | 'temporalRunId'>]>('release');
export const recordOutcomeUpdate = defineUpdate<RecordedOutcome, [RunEnding]>('recordOutcome');
export const recordUnplannedUpdate = defineUpdate<Unplanned, [UnplannedRound]>('recordUnplanned');
export const resetUpdate = defineUpdate<ResetAnswer, [ResetRequest]>('reset');
export const clusterStatusQuery = defineQuery<ClusterStatus>('status');
