import { patched } from '@temporalio/workflow';
import type { AnnounceRequest, ReportWritten } from '../messages/requests.js';
import type { RunPlan } from '../domain/plan.js';
import type { PublishAnswer } from '../domain/publish.js';
import { breakerNote } from '../domain/schedule.js';
import { hostActivities, reasonOf } from './activities.js';
import type { Holder } from '../messages/cluster-record.js';
import type { Finalized } from '../messages/paused-run.js';
import type { ResumeHandlers } from './resume-handlers.js';
import type { RunProgressKeeper } from './run-progress.js';
import { resumeHelp } from './web-ui-text.js';

/** A message that does not get through in this time is given up for now, and said so: it never fails the run. */
const ANNOUNCE_LIMIT_MS = 300_000;
/** What is not pushed by then is left to the next run: people wait for their message. */
const PUBLISH_LIMIT_MS = 900_000;

/** A slow disk keeps nobody waiting for longer: the next run goes on. */
const REMOVE_LIMITS = { scheduleToCloseTimeout: 600_000, retry: { maximumAttempts: 3 } } as const;

/** What a run knows of itself once its report is written. */
export interface Reported {
  readonly plan: RunPlan;
  readonly workflowId: string;
  readonly holder: Holder;
  readonly written: ReportWritten;
  readonly progress: RunProgressKeeper;
  readonly gate: ResumeHandlers;
}

/**
 * What follows a report: the run is counted, the schedule paused if the breaker is open with it, the cluster given back, the report pushed, people told, and what is too old
 * removed. In this order, so that a crash in between leaves an open breaker that refuses runs, and never a message about something that did not happen.
 */
export async function finalize(reported: Reported): Promise<Finalized> {
  const { plan, workflowId, holder, written, progress, gate } = reported;
  const { runId, runDir, cluster, kind, hostQueue } = plan;
  const host = hostActivities(hostQueue);
  const { headline, onlyFormatErrors, finishedAt } = written;
  const ending = { runId, workflowId, runDir, hostQueue, kind, headline, onlyFormatErrors, finishedAt };
  const outcome = await host.recordOutcome({ cluster, ending });
  if (outcome.pauses) {
    const note = breakerNote(outcome.failedRuns, resumeHelp(plan, workflowId).command);
    progress.note(await host.pauseSchedule({ cluster, note }));
    // From now on everybody sees how to resume, and a push that has to be tried again may take minutes: who resumes now is not sent away.
    gate.open();
  }
  await host.releaseCluster({ cluster, holder });
  progress.enter('publishing');
  const published = await publish(reported);
  progress.enter('messages');
  const known = { outcome, published, written: { finishedAt, summary: written.summary } };
  if (headline !== 'CANCELLED') await announce(reported, known, 'verdict');
  if (outcome.warnsOfFormatErrors) await announce(reported, known, 'format-errors');
  const shouted = outcome.pauses && (await announce(reported, known, 'breaker'));
  await removeOld(reported);
  return { ...known, shouted };
}

/** Pushes the report. Whatever goes wrong is said and never fails the run: its report is on the host. */
async function publish({ plan, progress }: Reported): Promise<PublishAnswer> {
  const { runId, runDir, hostQueue } = plan;
  try {
    const host = hostActivities(hostQueue, { scheduleToCloseTimeout: PUBLISH_LIMIT_MS });
    const answer = await host.publishReport({ run: { runId, runDir } });
    if (answer.pushError !== null) progress.note(`the report could not be pushed: ${answer.pushError}`);
    if (answer.issueError !== null) progress.note(`the issues could not be updated: ${answer.issueError}`);
    return answer;
  } catch (error) {
    const pushError = reasonOf(error);
    progress.note(`the report could not be pushed: ${pushError}`);
    return { githubUrl: null, pushError, issueError: null };
  }
}

/** What is too old goes when everybody has been told. That it cannot be removed now is said, and is no failure of the run: the next one tries again. */
async function removeOld({ plan, progress }: Reported): Promise<void> {
  if (!patched('retention on its own')) return;
  const { runId, runDir, hostQueue } = plan;
  try {
    await hostActivities(hostQueue, REMOVE_LIMITS).removeOld({ run: { runId, runDir } });
  } catch (error) {
    progress.note(`old runs could not be removed: ${reasonOf(error)}`);
  }
}

/** Tells people; true if they know. */
export async function announce(
  { plan, progress }: Pick<Reported, 'plan' | 'progress'>,
  { outcome: { consecutiveFailures, pauses }, published, written }: Omit<Finalized, 'shouted'>,
  message: AnnounceRequest['message'],
): Promise<boolean> {
  const { runId, runDir, hostQueue } = plan;
  const report = { url: published.githubUrl, pushError: published.pushError };
  try {
    await hostActivities(hostQueue, { scheduleToCloseTimeout: ANNOUNCE_LIMIT_MS }).announce({
      run: { runId, runDir },
      message,
      consecutiveFailures,
      opens: pauses,
      report,
      written,
    });
    return true;
  } catch (error) {
    progress.note(`the message "${message}" could not be sent: ${reasonOf(error)}`);
    return false;
  }
}
