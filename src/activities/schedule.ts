import { getClient } from '@temporalio/activity';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { Resume } from '../domain/breaker.js';
import { scheduleIdOf } from '../domain/ids.js';
import { isBreakerNote, personNote } from '../domain/schedule.js';
import { breakerNow } from './cluster-record.js';
import type { PauseScheduleRequest, UnpauseScheduleRequest } from '../messages/requests.js';
import { asActivity } from './support.js';

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

const isOpen = async (cluster: string): Promise<boolean> => (await breakerNow(cluster)).state.kind === 'open';

const NO_SCHEDULE = 'there is no schedule';

/** Lets a schedule go on that the breaker paused; one that a person paused stays as that person wants it. Says what it did. */
export async function letScheduleGoOn(cluster: string, person: Resume): Promise<string> {
  const done = await withSchedule(cluster, async (pausedBy, handle) => {
    if (pausedBy === null) return 'the schedule was not paused';
    if (!isBreakerNote(pausedBy)) return `the schedule stays paused, as a person paused it: ${pausedBy}`;
    await handle.unpause(personNote('resumed', person));
    return 'the schedule goes on';
  });
  return done ?? NO_SCHEDULE;
}

export const scheduleActivities = {
  /**
   * Pauses the cluster's schedule because its breaker is open. One that somebody has paused keeps that person's note. Says what it did. A pause that
   * comes late, after a human has resumed, is taken back: the record is closed before the schedule goes on, so one of the two sees the other.
   */
  pauseSchedule: ({ cluster, note }: PauseScheduleRequest): Promise<string> =>
    asActivity(async () => {
      const done = await withSchedule(cluster, async (pausedBy, handle) => {
        if (pausedBy !== null && !isBreakerNote(pausedBy)) {
          return `the schedule was paused before: ${pausedBy}`;
        }
        if (pausedBy === null) await handle.pause(note);
        if (await isOpen(cluster)) return pausedBy === null ? 'the schedule was paused' : 'the schedule is paused';
        await handle.unpause('the breaker was closed meanwhile');
        return 'the schedule goes on: the breaker was closed meanwhile';
      });
      return done ?? NO_SCHEDULE;
    }),

  unpauseSchedule: ({ cluster, by, reason }: UnpauseScheduleRequest): Promise<string> =>
    asActivity(() => letScheduleGoOn(cluster, { by, reason })),
};
