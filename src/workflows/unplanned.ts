import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { CancellationScope, patched, workflowInfo } from '@temporalio/workflow';
import { clusterOfSchedule } from '../domain/ids.js';
import type { RunRequest } from '../domain/plan.js';
import { cancellationIn, failureOf, hostActivities, reasonOf } from './activities.js';
import type { RunProgressKeeper } from './run-progress.js';

/** A message that does not get through by then is given up, and said so. */
const LIMIT_MS = 300_000;

/** The server's own: the schedule that started a workflow. */
const SCHEDULED_BY = defineSearchAttributeKey('TemporalScheduledById', SearchAttributeType.KEYWORD);

/**
 * Shows why a run has no plan: a config that cannot be read, a full disk, any other error of ours. If the schedule started it, nobody sees that: the cluster's
 * record tells people, once. The run is not counted, as it says nothing about the broker.
 */
export async function showUnplanned(error: unknown, request: RunRequest, progress: RunProgressKeeper): Promise<void> {
  if (cancellationIn(error) !== undefined || !patched('unplanned')) return;
  const problem = reasonOf(error);
  progress.note(`the run has no plan: ${problem}`);
  const { workflowId, typedSearchAttributes } = workflowInfo();
  const cluster = clusterOfSchedule(typedSearchAttributes.get(SCHEDULED_BY) ?? '');
  if (cluster === undefined) return;
  const code = failureOf(error)?.type ?? 'EQUIPMENT_FAILED';
  const round = { code, workflowId, problem, configPath: request.config ?? null };
  try {
    const host = hostActivities(undefined, { scheduleToCloseTimeout: LIMIT_MS });
    await CancellationScope.nonCancellable(() => host.recordUnplanned({ cluster, round }));
  } catch (unknown) {
    progress.note(`the cluster's record could not be told: ${reasonOf(unknown)}`);
  }
}
