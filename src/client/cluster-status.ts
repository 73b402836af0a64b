import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Breaker } from '../domain/breaker.js';
import { isOpenExecution } from '../domain/execution.js';
import { clusterWorkflowId } from '../domain/ids.js';
import { asOfToday, clusterStatusQuery, type ClusterStatus } from '../messages/cluster-record.js';
import { runProgressQuery } from '../messages/progress.js';
import { codeOf, INVALID_ARGUMENT } from '../temporal/refusal.js';
import { CHAOS_CLUSTER, CHAOS_STATE, openRunIds } from '../messages/search-attributes.js';

const newRecord = (cluster: string): ClusterStatus => asOfToday({ cluster, holder: null });

/** The durable record of a cluster; an empty one where no run has ever asked for it. Rejects if no worker answers. */
export async function clusterStatus(client: Client, cluster: string): Promise<ClusterStatus> {
  try {
    const record = client.workflow.getHandle(clusterWorkflowId(cluster));
    // A record that somebody has terminated still answers; the next run begins a new one.
    const [status, { status: execution }] = await Promise.all([record.query(clusterStatusQuery), record.describe()]);
    return execution.name === 'RUNNING' ? asOfToday(status) : newRecord(cluster);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return newRecord(cluster);
    throw error;
  }
}

/** The run that is paused where the record knows of none: somebody has terminated the record. */
export async function pausedRunOf(client: Client, cluster: string): Promise<string | undefined> {
  const query = `${CHAOS_CLUSTER.name} = '${cluster}' AND ${CHAOS_STATE.name} = 'paused' AND ExecutionStatus = 'Running'`;
  try {
    for await (const { workflowId } of client.workflow.list({ query })) return workflowId;
    return undefined;
  } catch (error) {
    if (codeOf(error) !== INVALID_ARGUMENT) throw error;
    return pausedByAnswer(client, cluster);
  }
}

/** The same in a namespace without our search attributes: each open run is asked. One that does not answer is not found. */
async function pausedByAnswer(client: Client, cluster: string): Promise<string | undefined> {
  for (const workflowId of await openRunIds(client.workflow)) {
    const run = await client.workflow
      .getHandle(workflowId)
      .query(runProgressQuery)
      .catch(() => undefined);
    if (run?.cluster === cluster && run.phase === 'paused') return workflowId;
  }
  return undefined;
}

/** Who closed the breaker last, as the end of a line about it; empty if nobody has. */
export const lastResetText = ({ lastReset }: Breaker): string =>
  lastReset === null ? '' : `; last reset ${lastReset.at} by ${lastReset.by}: ${lastReset.reason}`;

/** Is this workflow open? Not one of which the server does not know, or says nothing. */
export async function isOpen(client: Client, workflowId: string): Promise<boolean> {
  const found = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => undefined);
  return found !== undefined && isOpenExecution(found.status.name);
}
