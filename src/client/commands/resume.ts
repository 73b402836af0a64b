import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { Command } from 'commander';
import type { Resume } from '../../domain/breaker.js';
import { ChaosError } from '../../domain/errors.js';
import { clusterWorkflowId } from '../../domain/ids.js';
import { resetUpdate, type ResetAnswer } from '../../messages/cluster-record.js';
import { resumeUpdate } from '../../messages/resume.js';
import { clusterStatus } from '../cluster-status.js';
import { byOption, configOption, jsonOption, readConfig } from '../options.js';
import { openSession } from '../session.js';

interface Options extends Resume {
  readonly config: string;
  readonly json: boolean;
}

/** Closes the breaker of a cluster: through the paused run, if it is still there; else (somebody terminated or cancelled it) the cluster's record alone. */
export async function resume(client: Client, cluster: string, { by, reason }: Resume): Promise<ResetAnswer> {
  const { state, lastReset } = (await clusterStatus(client, cluster)).breaker;
  if (state.kind === 'closed') {
    const last =
      lastReset === null ? '' : `; it was resumed at ${lastReset.at} by ${lastReset.by}: ${lastReset.reason}`;
    throw new ChaosError('NOT_PAUSED', `the breaker of cluster ${cluster} is not open${last}`);
  }
  try {
    const run = client.workflow.getHandle(state.pausedRun.workflowId);
    return await run.executeUpdate(resumeUpdate, { args: [{ by, reason }] });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  const record = client.workflow.getHandle(clusterWorkflowId(cluster));
  return record.executeUpdate(resetUpdate, { args: [{ by, reason, runId: null }] });
}

export const resumeCommand = new Command('resume')
  .description('close the breaker: ends the paused run, sets the count to 0, resumes the schedule')
  .addOption(byOption('your name'))
  .requiredOption('--reason <text>', 'why the runs may continue')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async ({ config: file, json, by, reason }: Options) => {
    const config = readConfig(file);
    // A worker has to answer: where none runs, this command brings its own.
    const { client, close } = await openSession(config);
    try {
      const done = await resume(client, config.cluster.name, { by, reason });
      process.stdout.write(
        json
          ? `${JSON.stringify(done, null, 2)}\n`
          : `resumed by ${done.by}: ${done.reason}. The count is 0; ${done.schedule}.\n`,
      );
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      throw new ChaosError('NOT_PAUSED', error.cause?.message ?? error.message);
    } finally {
      await close();
    }
  });
