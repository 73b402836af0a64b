import { CancellationScope, setCurrentDetails, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import type { PhaseRequest } from '../messages/requests.js';
import type { ClientOutcome } from '../domain/client-result.js';
import type { FaultPeriodFigures } from '../domain/ledger.js';
import type { RunPlan, RunRef } from '../domain/plan.js';
import { NO_FAULT, type FaultRecord, type ScenarioResult, type SnapshotSummary } from '../domain/report-data.js';
import type { Scenario } from '../domain/scenario.js';
import { judgeScenario, judgeSdk, type ScenarioVerdict, type SdkVerdict } from '../domain/verdict.js';
import { cancellationIn, hostActivities } from './activities.js';
import { keepScenarioProgress, type ScenarioProgressKeeper } from './scenario-progress.js';
import { CHAOS_CLUSTER, CHAOS_SCENARIO, CHAOS_STATE } from '../messages/search-attributes.js';
import { scenarioDetails, stateOf } from './web-ui-text.js';

export interface ScenarioInput {
  readonly plan: RunPlan;
  readonly scenario: Scenario;
}

/** What the run needs to go on; the rest is in the scenario's `scenario.json`. */
export interface ScenarioOutcome {
  readonly name: string;
  readonly core: boolean;
  readonly verdict: ScenarioVerdict;
  /** The next scenario needs a new cluster: every broker is dead, or the recovery was not proved. */
  readonly needsNewCluster: boolean;
}

/** Everything that one scenario gathers on its way. */
interface Course {
  fault: FaultRecord;
  faultPeriod: readonly FaultPeriodFigures[];
  validation: readonly ClientOutcome[];
  verdicts: readonly SdkVerdict[];
  snapshots: SnapshotSummary[];
  notes: string[];
  healWaitSeconds: number | null;
  /** When the heal wait began, by the host's monotonic clock. */
  healFromUs: number | null;
  faultClientsStarted: boolean;
  /** Brokers that died by themselves while the fault was on. */
  died: readonly string[];
}

/** What was left of the cluster when the scenario ended. */
type End = Required<Pick<ScenarioResult, 'deadNodes' | 'clusterEnded' | 'equipmentDied'>>;

/** One fault with its five steps, in the seed's order. Never fails because the broker failed its test: the verdict is a value. */
export async function scenarioWorkflow({ plan, scenario }: ScenarioInput): Promise<ScenarioOutcome> {
  upsertSearchAttributes([
    { key: CHAOS_CLUSTER, value: plan.cluster },
    { key: CHAOS_SCENARIO, value: scenario.name },
    { key: CHAOS_STATE, value: 'running' },
  ]);
  const startedAt = new Date().toISOString();
  const run: RunRef = { runId: plan.runId, runDir: plan.runDir };
  const host = hostActivities(plan.hostQueue);
  const course: Course = {
    fault: NO_FAULT,
    faultPeriod: [],
    validation: [],
    verdicts: [],
    snapshots: [],
    notes: [],
    healWaitSeconds: null,
    healFromUs: null,
    faultClientsStarted: false,
    died: [],
  };
  const progress = keepScenarioProgress(scenario);
  let cancellation: Error | undefined;
  try {
    await fiveSteps(plan, scenario, run, course, progress);
  } catch (error) {
    cancellation = cancellationIn(error);
    if (cancellation === undefined) throw error;
  }
  const cancelled = cancellation !== undefined;
  const outcome = await CancellationScope.nonCancellable(async () => {
    progress.enter('recording', 30_000, 'writing the record of the scenario');
    if (cancelled) await endEverything(plan, scenario, run, course);
    const sinceUs = course.fault.injectedUs ?? course.healFromUs;
    const { dead, all, ended = null, equipmentDied = [] } = await host.deadNodes({ run, sinceUs });
    const end: End = { deadNodes: [...new Set([...course.died, ...dead])], clusterEnded: ended, equipmentDied };
    const verdict = cancelled ? CANCELLED : judge(plan, scenario, course, end);
    const result = recordOf(scenario, { course, verdict, startedAt, end });
    await host.recordScenario({ run, result });
    upsertSearchAttributes([{ key: CHAOS_STATE, value: stateOf(verdict) }]);
    setCurrentDetails(scenarioDetails(result));
    const unproved = course.fault.recoverError !== null || course.fault.cleanup?.startsWith('failed') === true;
    return {
      name: scenario.name,
      core: scenario.core,
      verdict,
      needsNewCluster: ended !== null || dead.length === all || unproved,
    };
  });
  if (cancellation !== undefined) throw cancellation;
  return outcome;
}

/** What a person must not overlook when a recovery was not proved. */
const STUCK_NOTE =
  'STUCK: there is no proof that the fault is over. The cluster is dirty: no scenario runs on it until it is stopped and started. The keeper keeps trying to recover the fault';
/** The same where a later attempt proved it. */
const LATE_NOTE =
  'the recovery took longer than its budget. The cluster is dirty: no scenario runs on it until it is stopped and started';

const CANCELLED: ScenarioVerdict = {
  passed: false,
  status: 'cancelled',
  failures: [{ status: 'cancelled', blame: null, sdk: null }],
  attribution: 'none',
};

async function fiveSteps(
  plan: RunPlan,
  scenario: Scenario,
  run: RunRef,
  course: Course,
  progress: ScenarioProgressKeeper,
): Promise<void> {
  const host = hostActivities(plan.hostQueue);
  const faultPhase: PhaseRequest = { run, scenario: scenario.name, phase: 'fault' };

  // Step 1: baseline.
  progress.enter('baseline snapshot', 10_000, 'metrics and logs of every broker');
  course.snapshots.push(await host.takeSnapshot({ run, label: `${scenario.name}-1-baseline` }));
  const prepareError = await host.prepareFault({ run, scenario });

  // Steps 2 to 4: live clients go through inject and recover.
  if (prepareError === null) {
    progress.enter('clients connect', 15_000, `${plan.sdks.length} SDKs connect and publish`);
    course.faultClientsStarted = true;
    await host.startClients(faultPhase);
    await sleep(plan.timing.leadInMs, { summary: 'clients publish before the fault' });
    await faultPeriod(plan, scenario, run, course, progress);
    await host.stopClients(faultPhase);
  } else {
    course.fault = { ...NO_FAULT, injectError: prepareError };
  }

  // Step 5: 60 s, and the only clients that are judged.
  await validate(plan, scenario, run, course, progress);
}

/** Inject, watch, hold, recover. The recovery is owed from the moment the ticket exists, and cannot be cancelled. */
async function faultPeriod(
  plan: RunPlan,
  scenario: Scenario,
  run: RunRef,
  course: Course,
  progress: ScenarioProgressKeeper,
): Promise<void> {
  const host = hostActivities(plan.hostQueue);
  progress.enter('inject', 15_000, `${scenario.fault} on ${scenario.target}`);
  const answer = await host.planFault({ run, scenario });
  if ('error' in answer) {
    course.fault = { ...NO_FAULT, injectError: answer.error };
    return;
  }
  const { faultId, injector, targets, reason } = answer.planned;
  course.fault = { ...NO_FAULT, faultId, injector, victim: targets.join(', '), reason };
  try {
    const { injectedAt, injectedUs, error } = await host.injectFault({ run, faultId });
    course.fault = { ...course.fault, injectedAt, injectedUs, injectError: error };
    if (error === null) {
      progress.enter('observe', plan.timing.observeBudgetMs, `effect of ${injector} on ${targets.join(', ')}`);
      const seen = await host.observeFault({ run, faultId });
      course.fault = { ...course.fault, observed: seen.observed, bite: seen.evidence, leaders: seen.leaders };
      if (seen.error !== null) course.notes.push(`the fault could not be observed: ${seen.error}`);
      progress.enter('fault holds', plan.timing.faultWindowMs, seen.observed ? 'in effect' : 'no effect was seen');
      const cutShort = await host.holdFault({ run, faultId });
      course.fault = { ...course.fault, cutShort };
    }
  } finally {
    await CancellationScope.nonCancellable(() => recover(plan, run, course, progress, faultId));
  }
}

async function recover(
  plan: RunPlan,
  run: RunRef,
  course: Course,
  progress: ScenarioProgressKeeper,
  faultId: string,
): Promise<void> {
  progress.enter('recover', plan.timing.recoveryBudgetMs, 'ending the fault and proving that it is over');
  const answer = await hostActivities(plan.hostQueue).recoverFault({ run, faultId });
  course.died = answer.died ?? [];
  const times = { recoveredAt: answer.at, recoveredUs: answer.us };
  if (course.fault.injectError !== null) {
    const cleanup = answer.error === null ? 'clean: the failed injection was undone' : `failed: ${answer.error}`;
    course.fault = { ...course.fault, ...times, cleanup, healed: answer.healed };
    return;
  }
  course.fault = { ...course.fault, ...times, recoverError: answer.error, healed: answer.healed };
  if (answer.error !== null) course.notes.push(answer.healed.length > 0 ? LATE_NOTE : STUCK_NOTE);
  if (answer.recoveredBy !== null && answer.recoveredBy !== 'workflow') {
    course.notes.push(`the fault was ended by the ${answer.recoveredBy}`);
  }
}

async function validate(
  plan: RunPlan,
  scenario: Scenario,
  run: RunRef,
  course: Course,
  progress: ScenarioProgressKeeper,
): Promise<void> {
  const host = hostActivities(plan.hostQueue);
  const fromUs = course.fault.recoveredUs ?? (await host.hostTime()).us;
  course.healFromUs = fromUs;
  progress.enter('heal wait', plan.timing.healWaitMs, 'nothing is done to the cluster before the validation');
  const faultPhase: PhaseRequest = { run, scenario: scenario.name, phase: 'fault' };
  const collect = async (): Promise<void> => {
    if (!course.faultClientsStarted) return;
    const window = { fromUs: course.fault.injectedUs ?? fromUs, toUs: fromUs };
    const { figures, notes } = await host.collectFaultPeriod({ ...faultPhase, ...window });
    course.faultPeriod = figures;
    course.notes.push(...notes);
  };
  await Promise.all([
    sleep(plan.timing.healWaitMs, { summary: 'heal wait before the validation' }),
    collect(),
    host.takeSnapshot({ run, label: `${scenario.name}-2-recovered` }).then((s) => course.snapshots.push(s)),
  ]);
  progress.enter(
    'validation',
    plan.timing.clientLimitMs,
    `${plan.sdks.length} SDKs, ${plan.load.messages} messages each`,
  );
  const phase: PhaseRequest = { run, scenario: scenario.name, phase: 'validation' };
  const { startedUs } = await host.startClients(phase);
  course.healWaitSeconds = Math.round((startedUs - fromUs) / 1000) / 1000;
  course.validation = await host.collectClients(phase);
  course.verdicts = course.validation.map((outcome) => judgeSdk(outcome, plan.rules, plan.load.messages));
  progress.clients('validation', course.validation, course.verdicts);
  course.snapshots.push(await host.takeSnapshot({ run, label: `${scenario.name}-3-validated` }));
}

function judge(plan: RunPlan, scenario: Scenario, course: Course, end: End): ScenarioVerdict {
  const { injectError, observed, cutShort, recoverError } = course.fault;
  return judgeScenario({
    fault: scenario.fault,
    course: { injectError, observed, cutShort, recoverError },
    verdicts: course.verdicts,
    ackedLostDuringFault: course.faultPeriod.reduce((sum, figures) => sum + figures.ackedLost, 0),
    ...end,
    rules: plan.rules,
  });
}

/** After a cancellation: no client of this scenario stays. The fault itself was recovered on the way out. */
async function endEverything(plan: RunPlan, scenario: Scenario, run: RunRef, course: Course): Promise<void> {
  const host = hostActivities(plan.hostQueue);
  for (const phase of ['fault', 'validation'] as const) await host.killClients({ run, scenario: scenario.name, phase });
  course.notes.push('cancelled: the fault was ended and the clients were stopped');
}

function recordOf(
  scenario: Scenario,
  { course, verdict, startedAt, end }: { course: Course; verdict: ScenarioVerdict; startedAt: string; end: End },
): ScenarioResult {
  const { fault, faultPeriod, validation, verdicts, snapshots, notes, healWaitSeconds } = course;
  return {
    scenario,
    startedAt,
    finishedAt: new Date().toISOString(),
    verdict,
    sdkVerdicts: verdicts,
    fault,
    faultPeriod,
    validation,
    healWaitSeconds,
    snapshots,
    notes,
    ...end,
  };
}
