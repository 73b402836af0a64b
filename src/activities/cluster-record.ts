import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import { NEW_BREAKER, type Breaker } from '../domain/breaker.js';
import { CHAOS_QUEUE, clusterWorkflowId } from '../domain/ids.js';
import { clusterStatusQuery, type ClusterWorkflow } from '../messages/cluster-record.js';
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

/** The breaker as the record has it now; closed where there is no record. */
export async function breakerNow(cluster: string): Promise<Breaker> {
  try {
    return await askServer(
      async (client) => (await client.workflow.getHandle(clusterWorkflowId(cluster)).query(clusterStatusQuery)).breaker,
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return NEW_BREAKER;
    throw error;
  }
}
