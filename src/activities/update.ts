import { Context } from '@temporalio/activity';
import type { BrokerUpdated } from '../domain/broker-update.js';
import { giveUpUpdate, updateBroker } from '../host/update/index.js';
import type { InRun } from '../messages/requests.js';
import { asActivity, planOf } from './support.js';

export const updateActivities = {
  /** Runs the config's `cluster.update`, once for a run; what came of it is kept in the run's folder. That the command fails is no failure here. */
  updateBroker: ({ run }: InRun): Promise<BrokerUpdated> =>
    asActivity(async (cancelled) => {
      const plan = planOf(run);
      try {
        return await updateBroker(plan, cancelled);
      } catch (error) {
        // A worker that is stopped, or was taken for dead, leaves the command to the next attempt. Of a run that ends, the stop of its cluster ends what is left.
        if (Context.current().cancellationDetails?.cancelRequested === true) await giveUpUpdate(plan);
        throw error;
      }
    }),
};
