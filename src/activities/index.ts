import type { Fault } from '../host/faults/contract.js';
import { withStarts } from '../host/lifecycle/started-with.js';
import { breakerActivities } from './breaker.js';
import { clientActivities } from './clients.js';
import { clockActivities } from './clock.js';
import { createClusterActivities } from './cluster.js';
import { createFaultActivities } from './fault.js';
import { clusterOwnershipActivities } from './cluster-ownership.js';
import { createNotifyActivities, type NotifiersOf } from './notify.js';
import type { Hosts } from './hosts.js';
import { createPlanActivities, type MakePlan } from './plan.js';
import { createPublishActivities, type PublishingOf } from './publish.js';
import { createReportActivities } from './report.js';
import { createRetentionActivities } from './retention.js';
import { scheduleActivities } from './schedule.js';
import { snapshotActivities } from './snapshot.js';
import { updateActivities } from './update.js';
import { createVersionsActivities, type MakeVersionsPlan } from './versions.js';
import { createWatchActivities, type WatchDependencies } from './watch.js';

export interface ActivityDependencies {
  readonly faults: readonly Fault[];
  readonly makePlan: MakePlan;
  readonly hosts: Hosts;
  readonly makeVersionsPlan: MakeVersionsPlan;
  readonly notifiersOf: NotifiersOf;
  readonly own: WatchDependencies['own'];
  readonly publishingOf: PublishingOf;
  /** Commit and versions of this program, for the report. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Everything that a host's worker can do. */
export const createActivities = ({ faults, makePlan, versions, ...of }: ActivityDependencies) => ({
  ...createPlanActivities((request, runId) => withStarts(faults, makePlan(request, runId)), of.hosts),
  ...clusterOwnershipActivities,
  ...breakerActivities,
  ...scheduleActivities,
  ...createNotifyActivities(of.notifiersOf),
  ...updateActivities,
  ...createClusterActivities(faults),
  ...snapshotActivities,
  ...clientActivities,
  ...createFaultActivities(faults),
  ...clockActivities,
  ...createReportActivities(versions),
  ...createPublishActivities(of.publishingOf),
  ...createRetentionActivities(of.publishingOf),
  ...createVersionsActivities(of.makeVersionsPlan, of.hosts),
  ...createWatchActivities(of),
});

export type Activities = ReturnType<typeof createActivities>;
