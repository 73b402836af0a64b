import { TemporalFailure, patched } from '@temporalio/workflow';
import { blameOf } from '../domain/status.js';
import { failureOf, hostActivities, reasonOf } from './activities.js';
import type { RunContext, RunFound } from './run-context.js';
import type { ReportWritten } from '../messages/requests.js';
import { unwritten } from '../messages/unwritten.js';
import { reportRequest, type Ending } from './run-result.js';

/** The cluster did not start, or our equipment broke. Anything but a failure of Temporal's is a bug of ours: its task waits until it is repaired. */
export function withFailure(found: RunFound, error: unknown): RunFound {
  if (!(error instanceof TemporalFailure)) throw error;
  const code = failureOf(error)?.type;
  const status = code === 'CLUSTER_START_FAILED' ? 'cluster_start_error' : 'harness_error';
  return {
    ...found,
    runFailures: [...found.runFailures, { status, blame: blameOf(status), sdk: null }],
    notes: [...found.notes, `${code ?? error.name}: ${reasonOf(error)}`],
  };
}

/** Runs that version 0.1.0 ended without a report still replay. */
const ALWAYS_A_REPORT = 'always-a-report';
const RESTORE_LIMIT_MS = 60_000;

/**
 * The way out of a run: its cluster is stopped, and its report written. An error of ours on this way keeps nobody from the verdict: the run is INVALID, and
 * is counted, shown and told like any other.
 */
export async function stopAndReport(context: RunContext, found: RunFound, ending: Ending): Promise<ReportWritten> {
  const { run, host, progress, lease } = context;
  progress.enter('stopping cluster');
  const stopped = await afterStop(context, found);
  progress.enter('report');
  const whole = { ...stopped, notes: [...stopped.notes, ...lease.problems()] };
  const write = (all: RunFound): Promise<ReportWritten> => host.writeReport(reportRequest(run, all, ending));
  try {
    return await write(whole);
  } catch (error) {
    if (!patched(ALWAYS_A_REPORT)) throw error;
    if (!isPlanGone(error)) return withoutReport(context, error);
    return restorePlan(context)
      .then(() => write(withFailure(whole, error)))
      .catch((again: unknown) => withoutReport(context, again));
  }
}

/** What is known of the run once its cluster is stopped, or cannot be. */
async function afterStop(context: RunContext, found: RunFound): Promise<RunFound> {
  const stop = (): Promise<void> => context.host.stopCluster({ run: context.run });
  try {
    await stop();
    return found;
  } catch (error) {
    if (!patched(ALWAYS_A_REPORT)) throw error;
    const failed = withFailure(found, error);
    if (!isPlanGone(error)) return failed;
    return restorePlan(context)
      .then(stop)
      .then(() => failed)
      .catch((again: unknown) => withFailure(failed, again));
  }
}

const isPlanGone = (error: unknown): boolean => failureOf(error)?.type === 'CLUSTER_GONE';

/** A plan that is gone from the host, with the run's folder or without it, is written again: report, messages and publishing need it. */
const restorePlan = ({ plan }: RunContext): Promise<void> =>
  hostActivities(plan.hostQueue, { scheduleToCloseTimeout: RESTORE_LIMIT_MS }).restorePlan({ plan });

/** A report that could not be written by any means: the run says so in its place. */
function withoutReport({ run }: RunContext, error: unknown): ReportWritten {
  if (!(error instanceof TemporalFailure)) throw error;
  return unwritten(run.runId, new Date().toISOString(), reasonOf(error));
}
