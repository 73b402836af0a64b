import { condition, isCancellation, patched } from '@temporalio/workflow';
import { afterLook, LOOK_EVERY_MS, overdueAt, waitingFor, wakeAt } from '../domain/overdue.js';
import type { ClusterStatus } from '../messages/cluster-record.js';
import type { AnnounceNoticeRequest, ClusterNotice } from '../messages/notices.js';
import { hostActivities } from './activities.js';

/** A look or a message that does not come through by then is left to the next look. */
const LIMIT_MS = 300_000;

type Watched = Pick<ClusterStatus, 'cluster' | 'breaker'> & { watch: ClusterStatus['watch'] };

/** Notices when nothing happens: by a timer of the cluster's record, which needs a server and a worker but no round. */
export interface Watching {
  /** Begins to watch; nothing if it has begun. A record from before the watch begins with the next run that asks for the cluster. */
  readonly begin: () => void;
  /** There is something to tell people. */
  readonly wake: () => void;
  /** Nothing is being looked at or told. */
  readonly isIdle: () => boolean;
}

export function keepWatch(record: Watched): Watching {
  let [hasBegun, isWoken, isIdle] = [false, false, true];
  const work = async (): Promise<void> => {
    for (;;) {
      await tellUnplanned(record);
      isIdle = true;
      const waitMs = wakeAt(record.watch, record.breaker, Date.now()) - Date.now();
      const wasWoken = await condition(() => isWoken, Math.max(1, waitMs));
      [isIdle, isWoken] = [false, false];
      if (!wasWoken && (await look(record))) await tellOverdue(record);
    }
  };
  return {
    begin: () => {
      if (hasBegun || !patched('watch')) return;
      hasBegun = true;
      void work().catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
    },
    wake: () => void (isWoken = true),
    isIdle: () => isIdle,
  };
}

/** True if the schedule could be looked at. Nobody is told by what was seen before: it may have been paused since. */
async function look(record: Watched): Promise<boolean> {
  const { cluster } = record;
  try {
    const seen = await hostActivities(undefined, { scheduleToCloseTimeout: LIMIT_MS }).lookAtSchedule({ cluster });
    record.watch = afterLook(record.watch, seen, record.breaker, Date.now());
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    record.watch = { ...record.watch, nextLookAt: new Date(Date.now() + LOOK_EVERY_MS).toISOString() };
    return false;
  }
}

/** One message for rounds in a row; what does not get through is tried again after the next look. */
async function tellUnplanned(record: Watched): Promise<void> {
  const { unplanned } = record.watch;
  if (unplanned === null || unplanned.told || !(await tell(record, { kind: 'unplanned', unplanned }))) return;
  // More rounds may have come meanwhile; or one that has a plan.
  const now = record.watch.unplanned;
  if (now?.since === unplanned.since) record.watch = { ...record.watch, unplanned: { ...now, told: true } };
}

/** One message for each outage; what does not get through is tried again after the next look. */
async function tellOverdue(record: Watched): Promise<void> {
  const { watch, breaker } = record;
  const overdue = overdueAt(waitingFor(watch, breaker), Date.now());
  if (overdue === null || overdue.since === watch.toldSince) return;
  if (await tell(record, { kind: 'overdue', overdue, lastVerdict: watch.lastVerdict }))
    record.watch = { ...record.watch, toldSince: overdue.since };
}

/** True if people know. */
async function tell({ cluster, watch }: Watched, notice: ClusterNotice): Promise<boolean> {
  const configPath = notice.kind === 'overdue' ? (watch.expected?.configPath ?? null) : notice.unplanned.configPath;
  const request: AnnounceNoticeRequest = { cluster, configPath, notice };
  try {
    await hostActivities(undefined, { scheduleToCloseTimeout: LIMIT_MS }).announceNotice(request);
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
