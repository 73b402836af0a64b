import { messageOf } from '../domain/errors.js';
import type { SnapshotSummary } from '../domain/report-data.js';
import type { SnapshotRequest } from '../messages/requests.js';
import { asActivity, driverOf, planOf } from './support.js';

export const snapshotActivities = {
  /** Metrics and new log lines of every node. What cannot be had is a warning: this never fails a run. */
  takeSnapshot: ({ run, label }: SnapshotRequest): Promise<SnapshotSummary> =>
    asActivity(async () => {
      try {
        const plan = planOf(run);
        const options = { label, runDir: plan.runDir, neverLines: plan.neverLines };
        return await driverOf(plan).snapshot(plan.clusterDir, options);
      } catch (error) {
        const warnings = [`no snapshot: ${messageOf(error)}`];
        return { label, at: new Date().toISOString(), file: '', warnings, neverLines: [], newLogLines: 0, figures: {} };
      }
    }),
};
