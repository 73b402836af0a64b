import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { RunPlan, RunRequest } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import { orAbsent } from '../domain/shape.js';
import type { Holder } from '../messages/cluster-record.js';
import type { PausedRun } from '../messages/paused-run.js';
import { CHAOS_CLUSTER, CHAOS_STATE } from '../messages/search-attributes.js';
import { leaveNewerPlan, pausedRunShape, runRequestShape } from '../messages/shapes.js';
import { cancellationIn, failureOf, hostActivities, planningActivities, reasonOf } from './activities.js';
import { setAttributes } from './attributes.js';
import { controlRun } from './control-run.js';
import { finalize } from './finish-run.js';
import { demand } from './from-outside.js';
import { inTurn } from './in-turn.js';
import { enterPause, stayPaused } from './pause.js';
import { cancelledBefore, refusedBy, refusedByHost } from './refusal.js';
import { serveResume } from './resume-handlers.js';
import { stopAndReport, withFailure } from './report-run.js';
import { NOTHING_FOUND, runContext, type RunContext, type RunStep } from './run-context.js';
import { closeRun, keepRunProgress } from './run-progress.js';
import { NOT_PUBLISHED, resultOf } from './run-result.js';
import { playScenario, replaceCluster } from './run-scenarios.js';
import { takeCluster } from './take-cluster.js';
import { showUnplanned } from './unplanned.js';

/** Reading a config is quick; a worker that hangs in it is given up soon. What fails so often does not mend itself. */
const PLAN_LIMITS = { startToCloseTimeout: 60_000, retry: { initialInterval: 500, maximumAttempts: 5 } } as const;

/** A round does not wait long for who only wants to know that it starts. */
const TELL_START_LIMIT_MS = 15_000;

/** How much longer than the command an update may take: the broker's program is copied and hashed. */
const UPDATE_EXTRA_MS = 600_000;

/** Brings a newer broker, where the config says how. Whatever comes of it is told by the report. */
const updateBroker: RunStep = async ({ plan, run, progress }) => {
  if (plan.update === undefined) return {};
  progress.enter('updating the broker');
  const limits = { startToCloseTimeout: plan.update.limitMs + UPDATE_EXTRA_MS };
  await hostActivities(plan.hostQueue, limits).updateBroker({ run });
  return {};
};

const preCheck: RunStep = async (context, { notes }) => {
  const { plan, run, host, progress } = context;
  progress.enter('pre-check');
  if (plan.kind === 'full' && plan.tellsStart === true) await tellStart(context);
  return { notes: [...notes, ...(await host.preCheck({ run }))] };
};

/** Who waits outside for the next verdict is told that a round has started. If that fails, it is said, and the run goes on. */
async function tellStart({ plan, run, progress }: RunContext): Promise<void> {
  try {
    const once = { scheduleToCloseTimeout: TELL_START_LIMIT_MS, retry: { maximumAttempts: 1 } };
    await hostActivities(plan.hostQueue, once).announceStart({ run });
  } catch (error) {
    const cancellation = cancellationIn(error);
    if (cancellation !== undefined) throw cancellation;
    progress.note(`nobody outside could be told that the round has started: ${reasonOf(error)}`);
  }
}

/** A cluster that does not start is a finding about the broker: it is not tried again. */
const startCluster: RunStep = async ({ run, host, progress, lease }) => {
  progress.enter('starting cluster');
  const up = await host.startCluster({ run });
  lease.keepAlive();
  return { up };
};

const takeEndSnapshot: RunStep = async ({ run, host }) => ({
  endSnapshot: await host.takeSnapshot({ run, label: 'end' }),
});

/** What a run does on its cluster: each scenario in turn, never two at a time. */
const stepsOf = (plan: RunPlan): readonly RunStep[] => [
  updateBroker,
  preCheck,
  startCluster,
  controlRun,
  ...plan.scenarios.flatMap((scenario) => [replaceCluster(scenario), playScenario(scenario)]),
  takeEndSnapshot,
];

/** One run: plan, acquire, the steps on the cluster, stop, report, count, release, tell; and the pause at the third failure. */
export async function chaosRunWorkflow(request: RunRequest = {}, paused?: PausedRun): Promise<RunResult> {
  demand(runRequestShape, request);
  demand(orAbsent(pausedRunShape), paused);
  const { workflowId, runId: temporalRunId } = workflowInfo();
  const since = new Date().toISOString();
  const progress = keepRunProgress(paused?.progress);
  const gate = serveResume((text) => progress.note(text), paused !== undefined);
  if (paused !== undefined) return stayPaused(request, paused, { progress, gate });
  const planner = planningActivities(request, PLAN_LIMITS);
  const plan = await planner.preparePlan({ request, workflowId, temporalRunId }).catch(async (error: unknown) => {
    await showUnplanned(error, request, progress);
    throw error;
  });
  // A worker of the program that made it goes on.
  leaveNewerPlan({ plan });
  progress.plan(plan);
  setAttributes(plan, [
    { key: CHAOS_CLUSTER, value: plan.cluster },
    { key: CHAOS_STATE, value: 'running' },
  ]);
  const holder: Holder = { workflowId, temporalRunId, kind: plan.kind, since };
  const acquired = await takeCluster(plan, holder, progress).catch((error: unknown) => {
    if (cancellationIn(error) === undefined) throw error;
    closeRun(plan, progress, cancelledBefore(plan));
    throw error;
  });
  if (!acquired.granted) return closeRun(plan, progress, await refusedBy(plan, acquired.refusal));

  // What it has waited for is no part of it.
  const startedAt = new Date().toISOString();
  const context = runContext(plan, progress);
  const { found, stopped } = await inTurn(
    NOTHING_FOUND,
    stepsOf(plan).map((step) => (soFar) => step(context, soFar)),
  );
  await context.lease.release();
  const cancellation = stopped === undefined ? undefined : cancellationIn(stopped);
  if (cancellation === undefined && failureOf(stopped)?.type === 'CLUSTER_HELD') {
    await CancellationScope.nonCancellable(() => context.host.releaseCluster({ cluster: plan.cluster, holder }));
    return closeRun(plan, progress, refusedByHost(plan, failureOf(stopped)));
  }
  const whole = stopped === undefined || cancellation !== undefined ? found : withFailure(found, stopped);
  const written = await CancellationScope.nonCancellable(() =>
    stopAndReport(context, whole, { workflowId, startedAt, cancelled: cancellation !== undefined }),
  );
  if (plan.kind === 'series') {
    await CancellationScope.nonCancellable(() => context.host.releaseCluster({ cluster: plan.cluster, holder }));
    const result = closeRun(plan, progress, { ...resultOf(plan, whole, written), ...NOT_PUBLISHED });
    if (cancellation !== undefined) throw cancellation;
    return result;
  }
  const reported = { plan, workflowId, holder, written, progress, gate };
  const finalized = await CancellationScope.nonCancellable(() => finalize(reported));
  const result = { ...resultOf(plan, whole, written), ...finalized.published };
  if (finalized.outcome.pauses) return stayPaused(request, enterPause(reported, finalized, result), reported);
  closeRun(plan, progress, result);
  if (cancellation !== undefined) throw cancellation;
  return result;
}
