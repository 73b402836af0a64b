import type { ApplicationFailure } from '@temporalio/workflow';
import type { RunPlan } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import type { Holder } from './messages.js';

/** The cluster's record names another run that holds it. */
export const refusedByHolder = (plan: RunPlan, { workflowId, since }: Holder): RunResult =>
  refused(plan, workflowId, `cluster ${plan.cluster} is held by ${workflowId} since ${since}`);

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
});
