import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { SdkStatus, ScenarioStatus } from '../domain/status.js';
import type { RunResult } from '../domain/report-data.js';

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

export type AcquireAnswer = { readonly granted: true } | { readonly granted: false; readonly heldBy: Holder };

export interface ClusterStatus {
  readonly cluster: string;
  readonly holder: Holder | null;
}

export const acquireUpdate = defineUpdate<AcquireAnswer, [AcquireRequest]>('acquire');
export const releaseUpdate = defineUpdate<boolean, [Pick<Holder, 'workflowId' | 'temporalRunId'>]>('release');
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
    | 'closed';
  readonly since: string;
  readonly scenarios: readonly { readonly name: string; readonly status: ScenarioStatus | 'waiting' | 'running' }[];
  readonly control: ScenarioProgress['clients'];
  readonly current: string | null;
  readonly result: RunResult | null;
  readonly notes: readonly string[];
}

export const runProgressQuery = defineQuery<RunProgress>('progress');
export const scenarioProgressQuery = defineQuery<ScenarioProgress>('progress');
