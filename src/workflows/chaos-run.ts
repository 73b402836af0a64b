import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  ParentClosePolicy,
  TemporalFailure,
  executeChild,
  isCancellation,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ClusterUp, ReportWritten, WriteReportRequest } from '../messages/requests.js';
import { scenarioWorkflowId } from '../domain/ids.js';
import type { RunPlan, RunRef, RunRequest } from '../domain/plan.js';
import type { PublishAnswer } from '../domain/publish.js';
import type { RunResult, SnapshotSummary } from '../domain/report-data.js';
import type { Scenario } from '../domain/scenario.js';
import { blameOf, type ScenarioStatus } from '../domain/status.js';
import type { Failure } from '../domain/verdict.js';
import { cancellationIn, hostActivities, reasonOf } from './activities.js';
import { pause, finalize } from './finish-run.js';
import { controlRun, type ControlCourse } from './control-run.js';
import type { Holder } from '../messages/cluster-record.js';
import { refusedBy, refusedByHost } from './refusal.js';
import { serveResume } from './resume-handlers.js';
import { keepRunProgress, type RunProgressKeeper } from './run-progress.js';
import type { scenarioWorkflow, ScenarioOutcome } from './scenario.js';
import { CHAOS_CLUSTER, CHAOS_STATE } from '../messages/search-attributes.js';
import { stateOfHeadline } from './web-ui-text.js';

/** Reading a config is quick; a worker that hangs in it is given up soon. */
const PLAN_TIMEOUT_MS = 60_000;

/** What a run gathers on its way. */
interface Course extends ControlCourse {
  up: ClusterUp | null;
  /** Ends the renewing of the lease of the cluster that runs; nothing where none does. */
  untend: () => Promise<void>;
  endSnapshot: SnapshotSummary | null;
  outcomes: ScenarioOutcome[];
}

const newCourse = (): Course => ({
  up: null,
  untend: () => Promise.resolve(),
  control: [],
  controlVerdicts: [],
  runFailures: [],
  endSnapshot: null,
  notes: [],
  outcomes: [],
});

/** One run: acquire, pre-check, start, control run, each scenario in turn, stop, report, count, release, tell; and the pause at the third failure. */
export async function chaosRunWorkflow(request: RunRequest = {}): Promise<RunResult> {
  const info = workflowInfo();
  const startedAt = new Date().toISOString();
  const progress = keepRunProgress();
  const gate = serveResume((text) => progress.note(text));
  const planner = hostActivities(undefined, { startToCloseTimeout: PLAN_TIMEOUT_MS });
  const plan = await planner.preparePlan({ request, workflowId: info.workflowId, temporalRunId: info.runId });
  progress.plan(plan);
  upsertSearchAttributes([
    { key: CHAOS_CLUSTER, value: plan.cluster },
    { key: CHAOS_STATE, value: 'running' },
  ]);
  const holder: Holder = {
    workflowId: info.workflowId,
    temporalRunId: info.runId,
    kind: plan.kind,
    since: startedAt,
  };
  const acquired = await hostActivities(undefined).acquireCluster({ cluster: plan.cluster, holder });
  if (!acquired.granted) return finish(progress, await refusedBy(plan, acquired.refusal));

  const host = hostActivities(plan.hostQueue);
  const run: RunRef = { runId: plan.runId, runDir: plan.runDir };
  const course = newCourse();
  let cancellation: Error | undefined;
  try {
    await runOnCluster(plan, run, course, progress);
  } catch (error) {
    cancellation = cancellationIn(error);
    if (cancellation === undefined && failureOf(error)?.type === 'CLUSTER_HELD') {
      await CancellationScope.nonCancellable(() => host.releaseCluster({ cluster: plan.cluster, holder }));
      return finish(progress, refusedByHost(plan, failureOf(error)));
    }
    if (cancellation === undefined) noteFailure(course, error);
  }
  const written = await CancellationScope.nonCancellable(async () => {
    progress.enter('stopping cluster');
    await host.stopCluster({ run });
    progress.enter('report');
    const cancelled = cancellation !== undefined;
    return host.writeReport(reportRequest(run, info.workflowId, startedAt, course, cancelled));
  });
  const reported = { plan, workflowId: info.workflowId, holder, written, progress, gate };
  const finalized = await CancellationScope.nonCancellable(() => finalize(reported));
  const result = { ...resultOf(plan, course, written), ...finalized.published };
  try {
    if (finalized.outcome.pauses) await pause(reported, finalized, result);
  } finally {
    finish(progress, result);
  }
  if (cancellation !== undefined) throw cancellation;
  return result;
}

function resultOf(plan: RunPlan, course: Course, written: ReportWritten): Omit<RunResult, keyof PublishAnswer> {
  const scenarios = plan.scenarios.map(({ name }) => {
    const verdict = course.outcomes.find((outcome) => outcome.name === name)?.verdict;
    return { name, passed: verdict?.passed ?? false, status: verdict?.status ?? 'not run' };
  });
  const { headline, runPassed, passRatePercent, summary, jsonPath, markdownPath } = written;
  return {
    runId: plan.runId,
    headline,
    runPassed,
    passRatePercent,
    scenarios,
    refusedBy: null,
    summary,
    jsonPath,
    markdownPath,
  };
}

function finish(progress: RunProgressKeeper, result: RunResult): RunResult {
  upsertSearchAttributes([{ key: CHAOS_STATE, value: stateOfHeadline(result.headline) }]);
  progress.close(result);
  return result;
}

/** Steps 1 to 3 of a run. Throws only for cancellation and for what makes every further step pointless. */
async function runOnCluster(plan: RunPlan, run: RunRef, course: Course, progress: RunProgressKeeper): Promise<void> {
  const host = hostActivities(plan.hostQueue);
  progress.enter('pre-check');
  course.notes.push(...(await host.preCheck({ run })));
  progress.enter('starting cluster');
  try {
    await startCluster(plan, run, course);
    progress.enter('control run');
    const equipmentFailed = await controlRun(plan, run, course, progress);
    if (!equipmentFailed) await everyScenario(plan, run, course, progress);
    course.endSnapshot = await host.takeSnapshot({ run, label: 'end' });
  } finally {
    await course.untend();
  }
}

/** Starts the cluster and has its lease renewed. A cluster that does not start is a finding about the broker: it is not tried again. */
async function startCluster(plan: RunPlan, run: RunRef, course: Course): Promise<void> {
  const host = hostActivities(plan.hostQueue);
  course.up = await host.startCluster({ run });
  const tending = new CancellationScope({ cancellable: true });
  const tended = tending
    .run(() => host.tendCluster({ run }))
    .catch((error: unknown) => {
      if (!isCancellation(error)) course.notes.push(`the cluster's lease is no longer renewed: ${reasonOf(error)}`);
    });
  course.untend = () => {
    tending.cancel();
    return CancellationScope.nonCancellable(() => tended);
  };
}

/** The lease goes with the cluster: what renewed it ends first, and begins anew with the next cluster. */
async function replaceCluster(plan: RunPlan, run: RunRef, course: Course): Promise<void> {
  await course.untend();
  await hostActivities(plan.hostQueue).stopCluster({ run });
  await startCluster(plan, run, course);
}

/** One after another, never two at a time; a cluster that a scenario left unfit is replaced before the next one. */
async function everyScenario(plan: RunPlan, run: RunRef, course: Course, progress: RunProgressKeeper): Promise<void> {
  let needsNewCluster = false;
  for (const scenario of plan.scenarios) {
    if (needsNewCluster) {
      course.notes.push(
        `the cluster was stopped and started before ${scenario.name}, because the scenario before it had left the cluster unusable`,
      );
      await replaceCluster(plan, run, course);
    }
    progress.scenario(scenario.name, 'running');
    const outcome = await runScenario(plan, scenario);
    course.outcomes.push(outcome);
    progress.scenario(scenario.name, outcome.verdict.status);
    needsNewCluster = outcome.needsNewCluster;
  }
}

async function runScenario(plan: RunPlan, scenario: Scenario): Promise<ScenarioOutcome> {
  try {
    return await executeChild<typeof scenarioWorkflow>('ScenarioWorkflow', {
      workflowId: scenarioWorkflowId(workflowInfo().workflowId, scenario.name),
      args: [{ plan, scenario }],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${scenario.name}: ${scenario.fault} on ${scenario.target}`,
    });
  } catch (error) {
    // The whole run was cancelled: up. Somebody cancelled or terminated this scenario alone: the run goes on, on a new cluster.
    if (CancellationScope.current().consideredCancelled || !(error instanceof ChildWorkflowFailure)) throw error;
    const status: ScenarioStatus = isCancellation(error) ? 'cancelled' : 'harness_error';
    const failures: Failure[] = [{ status, blame: blameOf(status, scenario.fault), sdk: null }];
    const verdict = { passed: false, status, failures, attribution: 'none' } as const;
    return { name: scenario.name, core: scenario.core, verdict, needsNewCluster: true };
  }
}

/** What an activity threw, if it is one that we know by its type. */
function failureOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

/** The cluster did not start, or our equipment broke. Anything but a failure of Temporal's is a bug of ours: its task waits until it is mended. */
function noteFailure(course: Course, error: unknown): void {
  if (!(error instanceof TemporalFailure)) throw error;
  const code = failureOf(error)?.type;
  const status = code === 'CLUSTER_START_FAILED' ? 'cluster_start_error' : 'harness_error';
  course.runFailures.push({ status, blame: blameOf(status, ''), sdk: null });
  course.notes.push(`${code ?? error.name}: ${reasonOf(error)}`);
}

function reportRequest(
  run: RunRef,
  workflowId: string,
  startedAt: string,
  course: Course,
  cancelled: boolean,
): WriteReportRequest {
  const { up, control, controlVerdicts, runFailures, endSnapshot, notes, outcomes } = course;
  return {
    run,
    workflowId,
    startedAt,
    cancelled,
    endpoint: up?.endpoint ?? null,
    dataDirs: up?.dataDirs ?? [],
    control,
    controlVerdicts,
    runFailures,
    endSnapshot,
    notes,
    verdicts: outcomes.map(({ name, verdict }) => ({ name, verdict })),
  };
}
