import { WithStartWorkflowOperation } from '@temporalio/client';
import { CHAOS_QUEUE, clusterWorkflowId } from '../domain/ids.js';
import type { clusterWorkflow } from '../workflows/cluster.js';

/** Reaches the durable record of a cluster by an update; the first one to ask makes it. */
export const clusterRecord = (cluster: string): WithStartWorkflowOperation<typeof clusterWorkflow> =>
  new WithStartWorkflowOperation<typeof clusterWorkflow>('ClusterWorkflow', {
    workflowId: clusterWorkflowId(cluster),
    taskQueue: CHAOS_QUEUE,
    args: [{ cluster, holder: null }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Cluster ${cluster}: who holds it, failures in a row, breaker`,
  });
