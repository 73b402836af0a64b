import {
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { CHAOS_QUEUE, runIdOf, seriesRunWorkflowId } from '../domain/ids.js';
import type { RunRequest } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import { versionsRequestShape } from '../messages/shapes.js';
import type { VersionsPlan, VersionsRequest } from '../domain/versions-plan.js';
import {
  versionsProgressQuery,
  type PlayedNow,
  type VersionsProgress,
  type VersionsRun,
} from '../messages/versions.js';
import { hostActivities, planningActivities, reasonOf } from './activities.js';
import type { chaosRunWorkflow } from './chaos-run.js';
import { demand } from './from-outside.js';
import { versionsDetails } from './web-ui-text.js';

/** Reading a config is quick; what fails so often does not mend itself. */
const PLAN_LIMITS = { startToCloseTimeout: 60_000, retry: { initialInterval: 500, maximumAttempts: 5 } } as const;
/** A comparison that cannot be written is made again after the next run. */
const COMPARE_LIMITS = { scheduleToCloseTimeout: 300_000 } as const;

/** A run that was refused is played again after this long, for two hours. */
const AGAIN_AFTER_MS = 60_000;
const MOST_TRIES = 120;

/** The same rounds on each version in turn, so that what changes on the host meanwhile changes for all of them: A B A B. */
const turnsOf = ({ series, versions, rounds }: VersionsPlan): PlayedNow[] =>
  Array.from({ length: rounds * versions.length }, (_, i) => {
    const [round, version] = [Math.floor(i / versions.length) + 1, i % versions.length];
    return { round, version, workflowId: seriesRunWorkflowId(series, round, version + 1) };
  });

/** A run that fails, whatever the reason, is one that does not count; only a person's wish ends the series. */
async function play(
  plan: VersionsPlan,
  { workflowId, version }: PlayedNow,
  { config, host }: VersionsRequest,
): Promise<RunResult> {
  const { series, scenarios, sdks } = plan;
  const { label, path } = plan.versions[version] ?? { label: '', path: '' };
  const inSeries = { series, version: label, binary: path, scenarios };
  const request = { config, host, sdks, inSeries } satisfies RunRequest;
  return executeChild<typeof chaosRunWorkflow>('ChaosRunWorkflow', {
    workflowId,
    args: [request],
    taskQueue: CHAOS_QUEUE,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${label} on ${plan.cluster}`,
  });
}

async function runOf(
  plan: VersionsPlan,
  turn: PlayedNow,
  request: VersionsRequest,
  onRefused: (why: string) => void,
): Promise<VersionsRun> {
  const known = { ...turn, runId: runIdOf(turn.workflowId) };
  try {
    for (let tries = 1; ; tries += 1) {
      const { runId, headline, summary } = await play(plan, turn, request);
      // The host lets nobody measure beside the fault of another cluster, or has its own cluster with another server: that passes.
      if (headline !== 'REFUSED' || tries === MOST_TRIES) return { ...known, runId, headline, summary };
      onRefused(summary);
      await sleep(AGAIN_AFTER_MS);
    }
  } catch (error) {
    if (isCancellation(error)) return { ...known, headline: 'CANCELLED', summary: 'cancelled' };
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    return { ...known, headline: 'INVALID', summary: reasonOf(error.cause ?? error) };
  }
}

/** Plays versions of a broker against each other, each run a ChaosRun of its own, and compares what they say after each. */
export async function versionsWorkflow(request: VersionsRequest): Promise<VersionsProgress> {
  demand(versionsRequestShape, request);
  let state: VersionsProgress = { ...NOTHING_YET, request };
  const change = (next: Partial<VersionsProgress>): void => {
    state = { ...state, ...next };
    setCurrentDetails(versionsDetails(state));
  };
  setHandler(versionsProgressQuery, () => state, { description: 'What has been played, and what it says' });
  const at = workflowInfo().startTime.toISOString();
  const plan = await planningActivities(request, PLAN_LIMITS).planVersions({ request, at });
  change({ plan });
  for (const turn of turnsOf(plan)) {
    change({ current: turn });
    const run = await runOf(plan, turn, request, (refused) => change({ current: { ...turn, refused } }));
    change({ runs: [...state.runs, run], current: null, cancelled: run.headline === 'CANCELLED' });
    change(await CancellationScope.nonCancellable(() => compare(plan, state)));
    // What is refused for hours is not refused any less for the next version.
    if (state.cancelled || run.headline === 'REFUSED' || CancellationScope.current().consideredCancelled) break;
  }
  if (!CancellationScope.current().consideredCancelled) return state;
  change({ cancelled: true });
  throw new CancelledFailure('cancelled');
}

const NOTHING_YET = { plan: null, runs: [], current: null, compared: null, cancelled: false, problem: null } as const;

async function compare(
  plan: VersionsPlan,
  { runs }: VersionsProgress,
): Promise<Partial<Pick<VersionsProgress, 'compared' | 'problem'>>> {
  try {
    const compared = await hostActivities(plan.hostQueue, COMPARE_LIMITS).compareVersions({
      plan,
      // The summaries of all runs, after each run: that would be more than a history may hold.
      runs: runs.map(({ version, round, runId, headline }) => ({ version, round, runId, headline })),
    });
    return { compared, problem: null };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}
