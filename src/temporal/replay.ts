import type { Client } from '@temporalio/client';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import type { OpenRun } from '../domain/builds.js';
import { messageOf } from '../domain/errors.js';
import { dataConverter } from './data-converter.js';

/** Why these workflows cannot go on with what an open run has done so far; undefined if they can. */
export async function replayProblem(
  client: Client,
  { workflowId, temporalRunId }: OpenRun,
  workflowBundle: NonNullable<ReplayWorkerOptions['workflowBundle']>,
): Promise<string | undefined> {
  const history = await client.workflow.getHandle(workflowId, temporalRunId).fetchHistory();
  try {
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, history, workflowId);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
