import type { ApplicationFailure } from '@temporalio/workflow';
import { heldHelp } from '../domain/command-lines.js';
import type { OpenBreaker } from '../domain/breaker.js';
import type { RunPlan } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import { breakerNote } from '../domain/schedule.js';
import { hostActivities } from './activities.js';
import type { Holder, Refusal } from '../messages/cluster-record.js';
import { resumeHelp } from './web-ui-text.js';

/** Another run has the cluster; or the breaker is open, and then the schedule is paused again, if a person has started it. */
export async function refusedBy(plan: RunPlan, refusal: Refusal): Promise<RunResult> {
  if (refusal.kind === 'held') return refusedByHolder(plan, refusal.by);
  const { breaker } = refusal;
  const note = breakerNote(breaker.byRuns, resumeHelp(plan, breaker.pausedRun.workflowId).command);
  const schedule = await hostActivities(undefined).pauseSchedule({ cluster: plan.cluster, note });
  return refusedByBreaker(plan, breaker, schedule);
}

/** Cancelled before it had its cluster: nothing was done. */
export const cancelledBefore = (plan: RunPlan): RunResult => ({
  ...refused(plan, '', ''),
  headline: 'CANCELLED',
  summary: 'cancelled while it waited for the cluster',
  refusedBy: null,
});

/** The cluster's record names another run that holds it. */
const refusedByHolder = (plan: RunPlan, { workflowId, since }: Holder): RunResult =>
  refused(
    plan,
    workflowId,
    `cluster ${plan.cluster} is held by ${workflowId} since ${since}. ${heldHelp(plan.configPath, workflowId)}`,
  );

/** The breaker is open: a human has to say that full runs may go on. `schedule` says what became of the schedule. */
const refusedByBreaker = (plan: RunPlan, { since, byRuns, pausedRun }: OpenBreaker, schedule: string): RunResult =>
  refused(
    plan,
    pausedRun.workflowId,
    `the breaker of cluster ${plan.cluster} is open since ${since}: ${byRuns.length} rounds in a row failed, and ${pausedRun.workflowId} waits ` +
      `for a human (${schedule}). To resume: ${resumeHelp(plan, pausedRun.workflowId).command}`,
  );

/** The host's own word: a run of another Temporal server has the cluster. */
export const refusedByHost = (plan: RunPlan, failure: ApplicationFailure | undefined): RunResult =>
  refused(plan, subjectOf(failure), failure?.message ?? '');

function subjectOf(failure: ApplicationFailure | undefined): string {
  const [subject] = failure?.details ?? [];
  return typeof subject === 'string' ? subject : 'unknown';
}

/** A refused run leaves nothing: no report, no message, no count. */
const refused = (plan: RunPlan, refusedBy: string, why: string): RunResult => ({
  runId: plan.runId,
  headline: 'REFUSED',
  runPassed: false,
  passRatePercent: 0,
  scenarios: [],
  refusedBy,
  summary: `refused: ${why}`,
  jsonPath: null,
  markdownPath: null,
  githubUrl: null,
  pushError: null,
  issueError: null,
});
