import { defineQuery } from '@temporalio/workflow';
import type { RunResult } from '../domain/report-data.js';
import type { SdkStatus, ScenarioStatus } from '../domain/status.js';
import type { RunPause } from './resume.js';

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
    | 'waiting for the cluster'
    | 'updating the broker'
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

export const runProgressQuery = defineQuery<RunProgress>('progress');
export const scenarioProgressQuery = defineQuery<ScenarioProgress>('progress');
