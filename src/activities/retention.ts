import { getClient, log } from '@temporalio/activity';
import { leasedRuns } from '../host/tickets/lease.js';
import type { InRun } from '../messages/requests.js';
import { openRunIds } from '../messages/search-attributes.js';
import { inThread } from '../threads/index.js';
import type { PublishingOf } from './publish.js';
import { asActivity, planOf } from './support.js';

export const createRetentionActivities = (publishingOf: PublishingOf) => ({
  /** After each run: what is too old goes, the last thing that is done to a data folder. */
  removeOld: ({ run }: InRun): Promise<void> =>
    asActivity(async (signal) => {
      const { dataRoot, settings, retention } = publishingOf(planOf(run).configPath);
      const known = {
        open: await openRunIds(getClient().workflow),
        leased: leasedRuns(dataRoot),
        justEnded: run.runId,
      };
      const task = { dataRoot, settings: retention, isPublishing: settings !== null, ...known };
      const { removed } = await inThread('removeOld', task, signal);
      if (removed.length > 0)
        log.info(`retention: removed ${removed.map(({ what, runId }) => `${what} of ${runId}`).join(', ')}`);
    }),
});
