import { ApplicationFailure, Context, getClient } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ChaosError, ERRORS, messageOf } from '../domain/errors.js';
import { isNewer } from '../domain/format.js';
import type { RunPlan, RunRef } from '../domain/plan.js';
import type { ClusterDriver } from '../host/drivers/contract.js';
import { driverNamed } from '../host/drivers/index.js';
import type { Answer } from '../messages/answer.js';
import { runPaths } from '../host/layout/paths.js';
import { isDiskFull } from '../host/os/files.js';
import { readStored } from '../host/os/stored.js';

const HEARTBEAT_EVERY_MS = 1000;

/**
 * Runs the body of an activity: heartbeats while it works, hands it the cancellation signal, and turns an expected error into a failure whose
 * type is the error's code and which is tried again only where the table says that this can help.
 */
export async function asActivity<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await body(context.cancellationSignal);
  } catch (error) {
    // What was broken off by the cancellation counts as cancelled, whatever it threw.
    if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason;
    throw asFailure(error);
  } finally {
    clearInterval(beat);
  }
}

/** An expected error with its code, also where a full disk was met by something that has no word for it. */
function asFailure(error: unknown): unknown {
  const expected =
    isDiskFull(error) && !(error instanceof ChaosError) ? new ChaosError('DISK_FULL', messageOf(error)) : error;
  if (!(expected instanceof ChaosError)) return error;
  const { retryable, remedy } = ERRORS[expected.code];
  return ApplicationFailure.create({
    type: expected.code,
    message: `${expected.message} — ${remedy}`,
    nonRetryable: !retryable,
    details: [expected.subject],
  });
}

/**
 * What is asked of the server, given up with the activity's cancellation. A worker that shuts down waits for its activities, and an update or a query is
 * answered by a worker: the one that asks may be the only one that could. (The SDK's own `withAbortSignal` does nothing for a worker's client yet, as
 * of 1.24.)
 */
export async function askServer<T>(ask: (client: Client) => Promise<T>): Promise<T> {
  return Promise.race([ask(getClient()), Context.current().cancelled]);
}

/** The plan in a run's folder; undefined where there is none. Throws PLAN_NEWER: the run is a newer worker's. */
export function storedPlan({ runDir }: Pick<RunRef, 'runDir'>): RunPlan | undefined {
  const path = runPaths(runDir).plan;
  try {
    return readStored<RunPlan>('plan', path);
  } catch (error) {
    throw isNewer(error) ? new ChaosError('PLAN_NEWER', error.message) : error;
  }
}

/** The plan that `preparePlan` wrote: activities get a reference to it, since every input stands in history. */
export function planOf(run: RunRef): RunPlan {
  const plan = storedPlan(run);
  if (plan !== undefined) return plan;
  const { plan: file } = runPaths(run.runDir);
  throw new ChaosError('CLUSTER_GONE', `expected the plan of run ${run.runId} at ${file}, found none on this host`);
}

export const driverOf = (plan: RunPlan): ClusterDriver => driverNamed(plan.driver);

/**
 * Turns what work throws into an answer; `known` is what can be said after an error. What a cancellation broke off stays thrown, and so does a full disk: it
 * says nothing about what was asked.
 */
export async function answered<T extends object>(
  work: () => Promise<T>,
  known: () => Partial<T> = () => ({}),
): Promise<Answer<T>> {
  try {
    return { ...(await work()), error: null };
  } catch (error) {
    if (Context.current().cancellationSignal.aborted || isDiskFull(error)) throw error;
    return { ...known(), error: messageOf(error) };
  }
}
