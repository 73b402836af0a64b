import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Attributes to filter runs by in the Web UI and the command line; registered by set-up of the server, or by the worker when it starts. */
export const CHAOS_CLUSTER = defineSearchAttributeKey('ChaosCluster', SearchAttributeType.KEYWORD);
export const CHAOS_STATE = defineSearchAttributeKey('ChaosState', SearchAttributeType.KEYWORD);
export const CHAOS_SCENARIO = defineSearchAttributeKey('ChaosScenario', SearchAttributeType.KEYWORD);

/** Finds the runs that are not over, running or paused. */
export const OPEN_RUNS_QUERY = `WorkflowType = 'ChaosRunWorkflow' AND ExecutionStatus = 'Running'`;

/** Their workflow ids, as a client's `workflow` lists them. */
export async function openRunIds(workflow: {
  readonly list: (options: { readonly query: string }) => AsyncIterable<{ readonly workflowId: string }>;
}): Promise<string[]> {
  const open: string[] = [];
  for await (const { workflowId } of workflow.list({ query: OPEN_RUNS_QUERY })) open.push(workflowId);
  return open;
}

export const SEARCH_ATTRIBUTES = [CHAOS_CLUSTER, CHAOS_STATE, CHAOS_SCENARIO] as const;
