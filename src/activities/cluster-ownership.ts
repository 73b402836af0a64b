import { activityInfo } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { isOpenExecution } from '../domain/execution.js';
import { clusterWorkflowId } from '../domain/ids.js';
import { sleepMs } from '../host/os/clock.js';
import { acquireUpdate, releaseUpdate, type AcquireAnswer, type Holder } from '../messages/cluster-record.js';
import { clusterRecord } from './cluster-record.js';
import type { HolderRequest } from '../messages/requests.js';
import { asActivity, askServer } from './support.js';

/** Children of a dead run are cancelled by the server and recover what they injected: they are waited for this long. */
const CHILDREN_LIMIT_MS = 240_000;

const askCluster = (
  client: Client,
  { cluster, holder, waits = false }: HolderRequest,
  replaces?: Holder,
): Promise<AcquireAnswer> =>
  client.workflow.executeUpdateWithStart(acquireUpdate, {
    args: [{ holder, ...(replaces === undefined ? {} : { replaces }), ...(waits ? { waits } : {}) }],
    startWorkflowOperation: clusterRecord(cluster),
  });

async function isClosed(client: Client, holder: Holder): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(holder.workflowId, holder.temporalRunId).describe();
    return !isOpenExecution(status.name);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}

async function hasOpenChildren(client: Client, holder: Holder): Promise<boolean> {
  const query = `ParentWorkflowId = '${holder.workflowId}' AND ParentRunId = '${holder.temporalRunId}' AND ExecutionStatus = 'Running'`;
  const { count } = await client.workflow.count(query);
  return count > 0;
}

/** True once the holder and all its children are closed; false if it runs, or its children do not end. */
async function isDead(client: Client, holder: Holder, signal: AbortSignal): Promise<boolean> {
  if (!(await isClosed(client, holder))) return false;
  const end = Date.now() + CHILDREN_LIMIT_MS;
  while (await hasOpenChildren(client, holder)) {
    if (Date.now() > end) return false;
    await sleepMs(1000, signal);
  }
  return true;
}

export const clusterOwnershipActivities = {
  /** Takes the cluster for a run, replacing a holder only if that is proved dead and still is the holder when it is replaced. */
  acquireCluster: (request: HolderRequest): Promise<AcquireAnswer> =>
    asActivity((signal) =>
      askServer(async (client) => {
        const answer = await askCluster(client, request);
        if (answer.granted || answer.refusal.kind !== 'held') return answer;
        const { by } = answer.refusal;
        return (await isDead(client, by, signal)) ? askCluster(client, request, by) : answer;
      }),
    ),

  /** Gives the cluster back; nothing if this run does not hold it, or if somebody has ended the cluster's record. */
  releaseCluster: ({ cluster, holder }: HolderRequest): Promise<boolean> =>
    asActivity(async () => {
      const { workflowId, temporalRunId } = holder;
      try {
        return await askServer((client) =>
          client.workflow.getHandle(clusterWorkflowId(cluster)).executeUpdate(releaseUpdate, {
            args: [{ workflowId, temporalRunId }],
            updateId: `release-${activityInfo().workflowExecution?.runId ?? temporalRunId}`,
          }),
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    }),
};
