import { getClient } from '@temporalio/activity';
import { ScheduleNotFoundError } from '@temporalio/client';
import { scheduleIdOf } from '../domain/ids.js';
import { BREAKER_NOTE } from '../domain/schedule.js';
import { asActivity } from './support.js';

export interface PauseScheduleRequest {
  readonly cluster: string;
  /** Begins with `BREAKER_NOTE`. */
  readonly note: string;
}

export interface UnpauseScheduleRequest {
  readonly cluster: string;
  readonly by: string;
  readonly reason: string;
}

/** Runs `work` with the schedule's handle and description; undefined if the cluster has no schedule. */
async function withSchedule<T>(
  cluster: string,
  work: (
    pausedBy: string | null,
    handle: ReturnType<ReturnType<typeof getClient>['schedule']['getHandle']>,
  ) => Promise<T>,
): Promise<T | undefined> {
  const handle = getClient().schedule.getHandle(scheduleIdOf(cluster));
  try {
    const { state } = await handle.describe();
    return await work(state.paused ? (state.note ?? '') : null, handle);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

const NO_SCHEDULE = 'there is no schedule';

export const scheduleActivities = {
  /** Pauses the cluster's schedule because its breaker is open. One that somebody has paused keeps that person's note. Says what it did. */
  pauseSchedule: ({ cluster, note }: PauseScheduleRequest): Promise<string> =>
    asActivity(async () => {
      const done = await withSchedule(cluster, async (pausedBy, handle) => {
        if (pausedBy?.startsWith(BREAKER_NOTE)) return 'the schedule is paused';
        if (pausedBy !== null) return `the schedule was paused before: ${pausedBy}`;
        await handle.pause(note);
        return 'the schedule was paused';
      });
      return done ?? NO_SCHEDULE;
    }),

  /** Lets a schedule go on that the breaker paused; one that a person paused stays as that person wants it. Says what it did. */
  unpauseSchedule: ({ cluster, by, reason }: UnpauseScheduleRequest): Promise<string> =>
    asActivity(async () => {
      const done = await withSchedule(cluster, async (pausedBy, handle) => {
        if (pausedBy === null) return 'the schedule was not paused';
        if (!pausedBy.startsWith(BREAKER_NOTE)) return `the schedule stays paused, as a person paused it: ${pausedBy}`;
        await handle.unpause(`resumed by ${by}: ${reason}`.slice(0, 1000));
        return 'the schedule goes on';
      });
      return done ?? NO_SCHEDULE;
    }),
};
