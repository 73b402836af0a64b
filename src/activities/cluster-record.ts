import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { Breaker } from '../domain/breaker.js';
import { CHAOS_QUEUE, clusterWorkflowId } from '../domain/ids.js';
import { asOfToday, clusterStatusQuery, type ClusterStatus, type ClusterWorkflow } from '../messages/cluster-record.js';
import { askServer } from './support.js';

/** Reaches the durable record of a cluster by an update; the first one to ask makes it. */
export const clusterRecord = (cluster: string): WithStartWorkflowOperation<ClusterWorkflow> =>
  new WithStartWorkflowOperation<ClusterWorkflow>('ClusterWorkflow', {
    workflowId: clusterWorkflowId(cluster),
    taskQueue: CHAOS_QUEUE,
    args: [{ cluster, holder: null }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Cluster ${cluster}: who holds it, failures in a row, breaker`,
  });

/** The record as it is now; an empty one where there is none. */
export async function recordNow(cluster: string): Promise<ClusterStatus> {
  try {
    return asOfToday(
      await askServer((client) => client.workflow.getHandle(clusterWorkflowId(cluster)).query(clusterStatusQuery)),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return asOfToday({ cluster, holder: null });
    throw error;
  }
}

/** The breaker as the record has it now; closed where there is no record. */
export const breakerNow = async (cluster: string): Promise<Breaker> => (await recordNow(cluster)).breaker;
