import {
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { Command } from 'commander';
import type { Resume } from '../../domain/breaker.js';
import { shellQuoted } from '../../domain/shell.js';
import { ChaosError } from '../../domain/errors.js';
import { clusterWorkflowId } from '../../domain/ids.js';
import { resetUpdate, type ClusterStatus, type ResetAnswer } from '../../messages/cluster-record.js';
import { resumeUpdate } from '../../messages/resume.js';
import { clusterStatus, pausedRunOf } from '../cluster-status.js';
import { byOption, configOption, jsonOption, readConfig } from '../options.js';
import { openSession } from '../session.js';
import { whyStranded } from '../../temporal/stranded.js';
import { whyStuck } from '../stuck.js';

interface Options extends Resume {
  readonly config: string;
  readonly json: boolean;
}

/** A run that takes no `resume` within this time is passed over: the cluster's record closes the breaker without it. */
const ACCEPT_LIMIT_MS = 20_000;

/**
 * Closes the breaker of a cluster: through the paused run, which then ends. If that run is gone or does not go on, the cluster's record closes the
 * breaker alone. If the record is gone, the run ends by itself.
 */
export async function resume(client: Client, cluster: string, person: Resume): Promise<ResetAnswer> {
  const { state, lastReset } = (await recordOf(client, cluster)).breaker;
  const paused = state.kind === 'open' ? state.pausedRun.workflowId : await pausedRunOf(client, cluster);
  if (paused === undefined) {
    const last =
      lastReset === null ? '' : `; it was resumed at ${lastReset.at} by ${lastReset.by}: ${lastReset.reason}`;
    throw new ChaosError('NOT_PAUSED', `the breaker of cluster ${cluster} is not open${last}`);
  }
  const failing = await whyStuck(client, paused);
  const answer = failing === undefined ? await throughRun(client, paused, person) : undefined;
  if (answer !== undefined) return answer;
  // Asked only now: a worker of the current build may have taken it over meanwhile.
  const stuck = failing ?? (await whyStranded(client, paused));
  const record = client.workflow.getHandle(clusterWorkflowId(cluster));
  const { by, reason } = person;
  const done = await record.executeUpdate(resetUpdate, { args: [{ by, reason, runId: null }] });
  if (stuck === undefined) return done;
  // It has given its cluster back, and its report is written: nothing of it is left to do.
  await client.workflow.getHandle(paused).terminate(`resumed by ${by}, by way of the cluster's record`);
  return { ...done, schedule: `${done.schedule}; ${stuck}. It was terminated` };
}

/** The record, or why it cannot be asked. */
async function recordOf(client: Client, cluster: string): Promise<ClusterStatus> {
  const id = clusterWorkflowId(cluster);
  const stuck = await whyStuck(client, id);
  if (stuck === undefined) return clusterStatus(client, cluster);
  throw new ChaosError(
    'PREFLIGHT_FAILED',
    `${stuck}. Terminate it (temporal workflow terminate --workflow-id ${shellQuoted(id)}); the next run begins a new record`,
  );
}

/** Resumes through the paused run; undefined if it is no longer there, or does not take it. */
async function throughRun(
  client: Client,
  workflowId: string,
  { by, reason }: Resume,
): Promise<ResetAnswer | undefined> {
  const run = client.workflow.getHandle(workflowId);
  try {
    const update = await client.withDeadline(Date.now() + ACCEPT_LIMIT_MS, () =>
      run.startUpdate(resumeUpdate, { args: [{ by, reason }], waitForStage: 'ACCEPTED' }),
    );
    return await update.result();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      return undefined;
    }
    throw error;
  }
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
      if (error instanceof WorkflowUpdateFailedError)
        throw new ChaosError('NOT_PAUSED', error.cause?.message ?? error.message);
      if (!(error instanceof ServiceError)) throw error;
      throw new ChaosError('PREFLIGHT_FAILED', `expected an answer from Temporal, got: ${error.message}`);
    } finally {
      await close();
    }
  });
