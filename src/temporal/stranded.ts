import type { Client } from '@temporalio/client';
import type { OpenRun } from '../domain/builds.js';
import { CHAOS_QUEUE } from '../domain/ids.js';
import { askersOf, isThere } from './askers.js';
import { knownBuilds, openRun } from './builds.js';

/** A queue of activities of a run on which nobody of its build asks for work, or the queue of the workflows; undefined if it can go on. */
export async function unservedQueue(
  client: Client,
  { workflowId, temporalRunId, build }: OpenRun,
): Promise<string | undefined> {
  if (!(await isServed(client, CHAOS_QUEUE, build))) return CHAOS_QUEUE;
  const { events } = await client.workflow.getHandle(workflowId, temporalRunId).fetchHistory();
  const queues = (events ?? []).flatMap((e) => e.activityTaskScheduledEventAttributes?.taskQueue?.name ?? []);
  for (const queue of new Set(queues)) if (!(await isServed(client, queue, build))) return queue;
  return undefined;
}

export const isServed = async (client: Client, queue: string, build: string | null): Promise<boolean> =>
  (await askersOf(client, queue, 'activities')).some((asker) => asker.build === build && isThere(asker));

/**
 * Why a run does not go on although it could: nobody of its build is there. Undefined if it goes on, if there is no such run, and if it belongs to the
 * current build, whose worker is missed by everything.
 */
export async function whyStranded(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    const run = await openRun(client, workflowId);
    const { current } = await knownBuilds(client);
    if (run.build === null || run.build === current) return undefined;
    const queue = await unservedQueue(client, run);
    if (queue === undefined) return undefined;
    return (
      `${workflowId} does not go on: it belongs to build ${run.build}, of which no worker asks for work on the queue ${queue}. ` +
      `A worker of the current build ${current ?? '(none)'} takes it over within a minute, unless it cannot replay it: its log says so. ` +
      `Then start a worker of build ${run.build} again`
    );
  } catch {
    return undefined;
  }
}
