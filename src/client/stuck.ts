import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { ErrorCode } from '../domain/errors.js';
import { isOpenExecution } from '../domain/execution.js';
import { whyStranded } from '../temporal/stranded.js';

/** The first attempt may fail by chance, e.g. because a worker ended. */
const FAILS_FROM_ATTEMPT = 2;
const EVENTS_LOOKED_AT = 20;

interface TaskFailure {
  readonly message: string;
  readonly since: string;
}

/** The failure of the last workflow task; undefined if that did not fail. */
async function lastTaskFailure(client: Client, workflowId: string): Promise<TaskFailure | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: EVENTS_LOOKED_AT,
  });
  const last = history?.events?.find(
    (event) =>
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskCompletedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes,
  );
  const failed = last?.workflowTaskFailedEventAttributes;
  if (failed == null) return undefined;
  const message = (failed.failure?.message ?? 'no reason is known').replace(/\s+/g, ' ').slice(0, 300);
  return { message, since: new Date(Number(last?.eventTime?.seconds ?? 0) * 1000).toISOString() };
}

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** What a worker says of a run whose plan a newer program wrote: its activities wait for a worker of that program. */
const newerPlan = (pending: readonly PendingActivity[]): string | undefined =>
  pending.find(({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === ('PLAN_NEWER' satisfies ErrorCode))
    ?.lastFailure?.message ?? undefined;

/**
 * Why an open workflow does not go on, as a sentence: its workflow task fails, and Temporal tries it again for ever. Undefined if it goes on, and if there
 * is no such workflow.
 */
export async function whyStuck(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    const { raw, status } = await client.workflow.getHandle(workflowId).describe();
    const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
    if (!isOpenExecution(status.name)) return undefined;
    const newer = newerPlan(raw.pendingActivities ?? []);
    if (newer !== undefined) return `${workflowId} does not go on: ${newer}`;
    if (attempt < FAILS_FROM_ATTEMPT) return undefined;
    const failure = await lastTaskFailure(client, workflowId);
    if (failure === undefined) return undefined;
    const { since, message } = failure;
    return `${workflowId} does not go on: its workflow task fails since ${since} (attempt ${attempt}): ${message}`;
  } catch {
    return undefined;
  }
}

/** The same, or that nobody is there who has the run's build. */
export const whyNotGoingOn = async (client: Client, workflowId: string): Promise<string | undefined> =>
  (await whyStuck(client, workflowId)) ?? whyStranded(client, workflowId);
