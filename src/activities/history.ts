import { messageOf } from '../domain/errors.js';
import { getClient, log } from '@temporalio/activity';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { HistoryBreaker } from '../domain/history.js';
import { scheduleIdOf } from '../domain/ids.js';
import {
  expectationAfter,
  limitOf,
  seenSchedule,
  unplannedText,
  waitingFor,
  type SeenSchedule,
} from '../domain/overdue.js';
import { noteBreaker } from '../host/data/history.js';
import { dataRootOf } from '../host/layout/paths.js';
import { inThread } from '../threads/index.js';
import type { ClusterStatus } from '../messages/cluster-record.js';
import { recordNow } from './cluster-record.js';

/** The history is made from the reports, and can be made again: that it cannot be written now is no reason to lose anything. */
async function gently(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.warn(`the history could not be updated: ${messageOf(error)}`);
  }
}

/** What the schedule of a cluster promises now. */
export async function scheduleNow(cluster: string): Promise<SeenSchedule> {
  try {
    return seenSchedule(await getClient().schedule.getHandle(scheduleIdOf(cluster)).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return seenSchedule(undefined);
    throw error;
  }
}

/** Breaker and watch of a cluster as the history shows them. */
export function historyBreaker({ cluster, breaker, watch }: ClusterStatus, seen: SeenSchedule): HistoryBreaker {
  const { consecutiveFailures, state, lastReset } = breaker;
  const expected = expectationAfter(watch.expected, seen, new Date().toISOString());
  const waiting = waitingFor({ ...watch, expected }, breaker);
  const reset = lastReset === null ? null : `Last resumed by ${lastReset.by}: ${lastReset.reason}`;
  const open = state.kind === 'open';
  return {
    cluster,
    failures_in_a_row: consecutiveFailures,
    open,
    since: open ? state.since : (lastReset?.at ?? null),
    note: open ? `Opened by ${state.byRuns.join(', ')}` : reset,
    waiting:
      waiting === null
        ? null
        : { since: waiting.since, every_ms: waiting.everyMs, overdue_after_ms: limitOf(waiting.everyMs) },
    unplanned: watch.unplanned === null ? null : unplannedText(watch.unplanned),
  };
}

/** Brings the history up to date: what the cluster's durable record says now, and the runs named in `changed`, whose reports are new. */
export async function showInHistory(runDir: string, cluster: string, changed: readonly string[] = []): Promise<void> {
  const dataRoot = dataRootOf(runDir);
  await gently(async () => {
    noteBreaker(dataRoot, historyBreaker(await recordNow(cluster), await scheduleNow(cluster)));
  });
  await gently(() => inThread('updateHistory', { dataRoot, changed }));
}

/** The same where no run has changed: nothing is written if the record says what the history says already. */
export const showWatchInHistory = (dataRoot: string, cluster: string, seen: SeenSchedule): Promise<void> =>
  gently(async () => {
    if (noteBreaker(dataRoot, historyBreaker(await recordNow(cluster), seen)))
      await inThread('updateHistory', { dataRoot, changed: [] });
  });
