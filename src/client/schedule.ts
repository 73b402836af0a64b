import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleDescription,
  type ScheduleHandle,
  type ScheduleOptions,
} from '@temporalio/client';
import type { Config } from '../config/load.js';
import { ChaosError } from '../domain/errors.js';
import { CHAOS_QUEUE, scheduledRunIdPrefix, scheduleIdOf } from '../domain/ids.js';
import type { RunRequest } from '../domain/plan.js';

/** What a schedule was made of. It is kept in the memo of the runs it starts, since the server gives a cron expression back in another form. */
export interface ScheduleTerms {
  readonly cron: string | null;
  readonly every_seconds: number | null;
  readonly time_zone: string;
  readonly catch_up_seconds: number;
  /** Absolute path on the worker's host. */
  readonly config: string;
  /** `host.id` of that host. */
  readonly host: string;
}

export function termsOf(config: Config): ScheduleTerms {
  const { cron, every_seconds = null, catch_up_seconds } = config.schedule;
  return {
    cron: every_seconds === null ? cron : null,
    every_seconds,
    time_zone: config.time_zone,
    catch_up_seconds,
    config: config.path,
    host: config.host.id,
  };
}

export const termsText = ({ cron, every_seconds, time_zone }: ScheduleTerms): string =>
  cron === null ? `every ${every_seconds} s` : `${cron} (${time_zone})`;

function optionsOf(cluster: string, terms: ScheduleTerms): Omit<ScheduleOptions, 'scheduleId'> {
  const request: RunRequest = { config: terms.config, host: terms.host };
  return {
    spec:
      terms.cron === null
        ? { intervals: [{ every: (terms.every_seconds ?? 0) * 1000 }] }
        : { cronExpressions: [terms.cron], timezone: terms.time_zone },
    action: {
      type: 'startWorkflow',
      workflowType: 'ChaosRunWorkflow',
      workflowId: scheduledRunIdPrefix(cluster),
      taskQueue: CHAOS_QUEUE,
      args: [request],
      memo: { terms },
      staticSummary: `Scheduled round on ${cluster}`,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: terms.catch_up_seconds * 1000 },
  };
}

/** The terms of a schedule as it is; undefined if somebody else made or changed it. */
export const termsInForce = (schedule: ScheduleDescription): ScheduleTerms | undefined =>
  schedule.action.memo?.['terms'] as ScheduleTerms | undefined;

/** What applying a config did to the schedule, in words: each changed term with its old and its new value. */
export type Applied =
  | { readonly kind: 'created' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'updated'; readonly changes: readonly string[] };

/**
 * Creates or updates a cluster's schedule. Whether it is paused stays as it is: nothing but a human's resume re-arms one that the breaker
 * has paused.
 */
export async function applySchedule(client: Client, config: Config): Promise<Applied> {
  const cluster = config.cluster.name;
  const scheduleId = scheduleIdOf(cluster);
  const terms = termsOf(config);
  try {
    await client.schedule.create({ scheduleId, ...optionsOf(cluster, terms) });
    return { kind: 'created' };
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const handle = client.schedule.getHandle(scheduleId);
  const before = termsInForce(await handle.describe());
  const changes = (Object.keys(terms) as (keyof ScheduleTerms)[])
    .filter((key) => before?.[key] !== terms[key])
    .map((key) => `${key}: ${String(before?.[key] ?? 'unknown')} → ${String(terms[key])}`);
  if (changes.length === 0) return { kind: 'unchanged' };
  await handle.update(({ state }) => ({ ...optionsOf(cluster, terms), state }));
  return { kind: 'updated', changes };
}

/** A cluster's schedule as the server has it, or undefined where there is none. */
export const findSchedule = (client: Client, cluster: string): Promise<ScheduleDescription | undefined> =>
  client.schedule
    .getHandle(scheduleIdOf(cluster))
    .describe()
    .catch((error: unknown) => {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    });

/** The same with its handle; the error of one that is not there says how to make it. */
export async function requireSchedule(
  client: Client,
  cluster: string,
): Promise<{ readonly handle: ScheduleHandle; readonly schedule: ScheduleDescription }> {
  const schedule = await findSchedule(client, cluster);
  if (schedule !== undefined) return { handle: client.schedule.getHandle(scheduleIdOf(cluster)), schedule };
  throw new ChaosError(
    'PREFLIGHT_FAILED',
    `cluster ${cluster} has no schedule; make it with: robustmq-chaos schedule apply`,
  );
}

/** Why it is paused, by the note of the person or the breaker that paused it. */
export const pauseNote = ({ state }: ScheduleDescription): string => state.note ?? 'no reason given';
