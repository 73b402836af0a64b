import type { Activities } from '../activities/index.js';
import type { ClientOutcome } from '../domain/client-result.js';
import type { Violated } from '../domain/guarantee-verdict.js';
import { NO_FAULT, type FaultRecord } from '../domain/fault-record.js';
import type { EntryRecord } from '../domain/fault-rows.js';
import type { FaultPeriodFigures } from '../domain/ledger.js';
import type { PeriodBorder } from '../domain/periods.js';
import type { RunPlan, RunRef } from '../domain/plan.js';
import type { SnapshotSummary } from '../domain/report-data.js';
import type { Scenario } from '../domain/scenario.js';
import type { SdkVerdict } from '../domain/verdict.js';
import { hostActivities } from './activities.js';
import { faultActivities, type FaultActivities } from './answers-of-0-1.js';
import { keepScenarioProgress, type ScenarioProgressKeeper } from './scenario-progress.js';

/** What every step of a scenario is given. */
export interface ScenarioContext {
  readonly plan: RunPlan;
  readonly scenario: Scenario;
  readonly run: RunRef;
  readonly host: Activities;
  readonly faults: FaultActivities;
  readonly progress: ScenarioProgressKeeper;
}

/** What the steps of a scenario have found so far. */
export interface ScenarioFound {
  readonly prepareError: string | null;
  /** When the clients of the fault period were started, by the host's monotonic clock. */
  readonly clientsFromUs: number | null;
  /** All faults of the scenario as one. */
  readonly fault: FaultRecord;
  /** Each of them. */
  readonly faults: readonly EntryRecord[];
  /** Brokers that died by themselves while the fault was on. */
  readonly died: readonly string[];
  readonly borders: readonly PeriodBorder[];
  readonly faultPeriod: readonly FaultPeriodFigures[];
  /** Clients of the fault period whose losses no ledger tells. */
  readonly withoutLedger: readonly ClientOutcome[];
  /** What the checkers found in the ledgers of the fault period. */
  readonly violatedInFault: readonly Violated[];
  /** When the heal wait began, by the host's monotonic clock. */
  readonly healFromUs: number | null;
  readonly healWaitSeconds: number | null;
  readonly validation: readonly ClientOutcome[];
  readonly verdicts: readonly SdkVerdict[];
  readonly snapshots: readonly SnapshotSummary[];
  readonly notes: readonly string[];
}

export const NOTHING_FOUND: ScenarioFound = {
  prepareError: null,
  clientsFromUs: null,
  fault: NO_FAULT,
  faults: [],
  died: [],
  borders: [],
  faultPeriod: [],
  withoutLedger: [],
  violatedInFault: [],
  healFromUs: null,
  healWaitSeconds: null,
  validation: [],
  verdicts: [],
  snapshots: [],
  notes: [],
};

/** One step of the five. */
export type ScenarioStep = (context: ScenarioContext, soFar: ScenarioFound) => Promise<Partial<ScenarioFound>>;

export function scenarioContext(plan: RunPlan, scenario: Scenario): ScenarioContext {
  const host = hostActivities(plan.hostQueue);
  const run = { runId: plan.runId, runDir: plan.runDir };
  return { plan, scenario, run, host, faults: faultActivities(host), progress: keepScenarioProgress(scenario) };
}
