import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { Resume } from '../domain/breaker.js';
import type { RunPlan, RunRequest } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import type { Finalized, PausedRun } from '../messages/paused-run.js';
import { CHAOS_STATE } from '../messages/search-attributes.js';
import { hostActivities } from './activities.js';
import { setAttributes } from './attributes.js';
import { announce } from './finish-run.js';
import type { ResumeHandlers } from './resume-handlers.js';
import { closeRun, type RunProgressKeeper } from './run-progress.js';
import { resumeHelp } from './web-ui-text.js';

/** How often a paused run tries again to send the urgent message that did not get through. */
const SHOUT_AGAIN_MS = 600_000;

/** What a paused run is seen and spoken to by. */
interface Door {
  readonly progress: RunProgressKeeper;
  readonly gate: ResumeHandlers;
}

/** Says in the Web UI that the run is paused, and how it goes on. */
export function enterPause(
  { plan, workflowId, progress }: { plan: RunPlan; workflowId: string; progress: RunProgressKeeper },
  finalized: Finalized,
  result: RunResult,
): PausedRun {
  const { consecutiveFailures, failedRuns } = finalized.outcome;
  setAttributes(plan, [{ key: CHAOS_STATE, value: 'paused' }]);
  progress.pause(result, {
    since: new Date().toISOString(),
    consecutiveFailures,
    byRuns: failedRuns,
    howToResume: resumeHelp(plan, workflowId),
  });
  return { plan, finalized, result, progress: progress.now() };
}

/**
 * The run stays open, visibly paused, until a human says that the runs may go on. A cancellation ends it; the breaker stays open. However long that takes,
 * and whatever is sent to it meanwhile, its history stays short: it continues as new.
 */
export async function stayPaused(request: RunRequest, paused: PausedRun, door: Door): Promise<RunResult> {
  const { result } = paused;
  let longer: PausedRun | undefined;
  try {
    longer = await untilResumed(paused, door);
  } finally {
    if (longer === undefined) closeRun(paused.plan, door.progress, result);
  }
  if (longer === undefined) return result;
  return continueAsNew<(request: RunRequest, paused: PausedRun) => Promise<RunResult>>(request, longer);
}

/** A run that was paused by an older version had no such end: its history has to be replayed without one. */
const isLong = (): boolean => workflowInfo().continueAsNewSuggested && patched('a paused run continues as new');

/** Waits for a human. Returns what to continue with as new, if the history is long before anybody has come. */
async function untilResumed(paused: PausedRun, { progress, gate }: Door): Promise<PausedRun | undefined> {
  const { plan, finalized } = paused;
  let { shouted } = finalized;
  for (;;) {
    const resume = await gate.wait(shouted ? undefined : SHOUT_AGAIN_MS, isLong);
    if (resume !== undefined) {
      await closeBreaker(plan, resume, { progress, gate });
      return undefined;
    }
    if (isLong()) return { ...paused, finalized: { ...finalized, shouted }, progress: progress.now() };
    shouted = await announce({ plan, progress }, finalized, 'breaker');
  }
}

async function closeBreaker({ cluster, runId }: RunPlan, resume: Resume, { progress, gate }: Door): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    const done = await hostActivities(undefined).resetBreaker({ cluster, reset: { ...resume, runId } });
    gate.answer(done);
    progress.note(`resumed at ${done.at} by ${done.by}: ${done.reason} (${done.schedule})`);
    await condition(allHandlersFinished);
  });
}
