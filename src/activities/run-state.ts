import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { isOpenExecution } from '../domain/execution.js';
import type { Fault } from '../host/faults/contract.js';
import { runPaths } from '../host/layout/paths.js';
import { readStored } from '../host/os/stored.js';
import { recoverAbandoned, type AbandonedFault } from '../host/lifecycle/abandoned-faults.js';
import { newerOnHost } from '../host/tickets/newer.js';
import { logLine } from '../host/os/log.js';
import { openOnHost } from '../host/tickets/store.js';
import type { RunMark } from './plan.js';

/** `unknown`: this Temporal server has never heard of it; another one may be driving it. */
export type RunState = 'open' | 'closed' | 'unknown';

/** What this Temporal server knows of the run whose folder this is. */
export async function runStateOf(client: Client, runDir: string): Promise<RunState> {
  const mark = readStored<RunMark>('run mark', runPaths(runDir).mark);
  if (mark === undefined) return 'unknown';
  try {
    const { status } = await client.workflow.getHandle(mark.workflowId, mark.temporalRunId).describe();
    return isOpenExecution(status.name) ? 'open' : 'closed';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    throw error;
  }
}

/**
 * What a worker does before it takes any work: recovers the tickets past their deadline, and once it can ask Temporal those of closed runs. All
 * others are left alone: a restart in the window must not cut a fault short.
 */
export async function recoverAbandonedFaults(
  faults: readonly Fault[],
  dataRoot: string,
  client?: Client,
): Promise<AbandonedFault[]> {
  if (client === undefined) for (const newer of newerOnHost(dataRoot)) logLine(`left alone: ${newer}`);
  return recoverAbandoned(faults, openOnHost(dataRoot), 'worker', async ({ runDir }) =>
    client === undefined ? false : (await runStateOf(client, runDir)) === 'closed',
  );
}
