import { activityInfo } from '@temporalio/activity';
import { unplannedMessage, overdueMessage, type Notification } from '../domain/notification.js';
import type { SeenSchedule } from '../domain/overdue.js';
import { noticeDir } from '../host/layout/paths.js';
import { recordUnplannedUpdate } from '../messages/cluster-record.js';
import type { AnnounceNoticeRequest, LookAtScheduleRequest, RecordUnplannedRequest } from '../messages/notices.js';
import { clusterRecord } from './cluster-record.js';
import { scheduleNow, showWatchInHistory } from './history.js';
import { deliverFrom, type NotifiersOf } from './notify.js';
import { asActivity, askServer } from './support.js';

export interface WatchDependencies {
  readonly notifiersOf: NotifiersOf;
  /** The worker's own config: its data folder keeps the messages, and it says whom to tell where the config of the rounds cannot be read. */
  readonly own: { readonly dataRoot: string; readonly configPath: string };
}

const messageOf = ({ cluster, notice }: AnnounceNoticeRequest): Notification =>
  notice.kind === 'overdue'
    ? overdueMessage(cluster, notice.overdue, notice.lastVerdict)
    : unplannedMessage(cluster, notice.unplanned);

const sinceOf = ({ notice }: AnnounceNoticeRequest): string =>
  notice.kind === 'overdue' ? notice.overdue.since : notice.unplanned.since;

export function createWatchActivities({ notifiersOf, own }: WatchDependencies) {
  const waysOf = (configPath: string | null): ReturnType<NotifiersOf> => {
    try {
      return notifiersOf(configPath ?? own.configPath);
    } catch {
      return notifiersOf(own.configPath);
    }
  };
  return {
    /** What the cluster's schedule promises. The history shows it from then on. */
    lookAtSchedule: ({ cluster }: LookAtScheduleRequest): Promise<SeenSchedule> =>
      asActivity(async () => {
        const seen = await scheduleNow(cluster);
        await showWatchInHistory(own.dataRoot, cluster, seen);
        return seen;
      }),

    /** Tells people about a cluster. One message per outage, however often it is tried. */
    announceNotice: (request: AnnounceNoticeRequest): Promise<void> =>
      asActivity(async () => {
        const { cluster, configPath } = request;
        await showWatchInHistory(own.dataRoot, cluster, await scheduleNow(cluster));
        const folder = noticeDir(own.dataRoot, cluster, sinceOf(request));
        await deliverFrom(folder, waysOf(configPath), messageOf(request));
      }),

    /** Has the cluster's record know that a scheduled round had no plan. It is not counted. */
    recordUnplanned: ({ cluster, round }: RecordUnplannedRequest): Promise<void> =>
      asActivity(async () => {
        await askServer((client) =>
          client.workflow.executeUpdateWithStart(recordUnplannedUpdate, {
            args: [round],
            updateId: `unplanned-${activityInfo().workflowExecution?.runId ?? round.workflowId}`,
            startWorkflowOperation: clusterRecord(cluster),
          }),
        );
      }),
  };
}
