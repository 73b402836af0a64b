import type { Activities } from '../activities/index.js';
import type { ClientOutcome } from '../domain/client-result.js';
import type { RunPlan, RunRef } from '../domain/plan.js';
import type { SnapshotSummary } from '../domain/report-data.js';
import type { StartedWith } from '../domain/started-with.js';
import type { Failure, SdkVerdict } from '../domain/verdict.js';
import type { ClusterUp } from '../messages/requests.js';
import { hostActivities } from './activities.js';
import { clusterLease, type ClusterLease } from './cluster-lease.js';
import type { RunProgressKeeper } from './run-progress.js';
import type { ScenarioOutcome } from './scenario.js';

/** What every step of a run is given. */
export interface RunContext {
  readonly plan: RunPlan;
  readonly run: RunRef;
  readonly host: Activities;
  readonly progress: RunProgressKeeper;
  /** Of the cluster that runs. */
  readonly lease: ClusterLease;
}

/** What the steps of a run have found so far. */
export interface RunFound {
  readonly up: ClusterUp | null;
  /** The cluster that runs. */
  readonly startedWith: StartedWith;
  readonly control: readonly ClientOutcome[];
  readonly controlVerdicts: readonly SdkVerdict[];
  /** Failures that belong to no scenario. */
  readonly runFailures: readonly Failure[];
  readonly outcomes: readonly ScenarioOutcome[];
  readonly endSnapshot: SnapshotSummary | null;
  readonly notes: readonly string[];
}

export const NOTHING_FOUND: RunFound = {
  up: null,
  startedWith: {},
  control: [],
  controlVerdicts: [],
  runFailures: [],
  outcomes: [],
  endSnapshot: null,
  notes: [],
};

/** One step of a run. */
export type RunStep = (context: RunContext, soFar: RunFound) => Promise<Partial<RunFound>>;

export function runContext(plan: RunPlan, progress: RunProgressKeeper): RunContext {
  const host = hostActivities(plan.hostQueue);
  const run = { runId: plan.runId, runDir: plan.runDir };
  return { plan, run, host, progress, lease: clusterLease(host, run) };
}
