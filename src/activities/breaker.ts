import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { RecordedOutcome, ResetRequest } from '../domain/breaker.js';
import { clusterWorkflowId } from '../domain/ids.js';
import { recordOutcomeUpdate, resetUpdate, type ResetAnswer } from '../messages/cluster-record.js';
import { breakerNow, clusterRecord } from './cluster-record.js';
import { showInHistory } from './history.js';
import type { RecordOutcomeRequest, ResetBreakerRequest } from '../messages/requests.js';
import { letScheduleGoOn } from './schedule.js';
import { asActivity, askServer } from './support.js';

export const breakerActivities = {
  /** Has a run counted, and shows it in the history. The record itself sees to it that a retry counts nothing twice. */
  recordOutcome: ({ cluster, ending }: RecordOutcomeRequest): Promise<RecordedOutcome> =>
    asActivity(async () => {
      const outcome = await askServer((client) =>
        client.workflow.executeUpdateWithStart(recordOutcomeUpdate, {
          args: [ending],
          startWorkflowOperation: clusterRecord(cluster),
        }),
      );
      await showInHistory(ending.runDir, cluster, [ending.runId]);
      return outcome;
    }),

  /**
   * Closes the breaker that a run opened. If that was done before (by an attempt whose answer was lost, or by hand), says by whom. If somebody has ended
   * the cluster's record, there is nothing to close: the schedule goes on all the same, and the answer says so.
   */
  resetBreaker: ({ cluster, reset }: ResetBreakerRequest): Promise<ResetAnswer> =>
    asActivity(async () => {
      try {
        return await askServer((client) =>
          client.workflow
            .getHandle(clusterWorkflowId(cluster))
            .executeUpdate(resetUpdate, { args: [reset], updateId: `reset-${String(reset.runId)}` }),
        );
      } catch (error) {
        return await notReset(cluster, reset, error);
      }
    }),
};

/** What a reset came to that the record refused, or that found no record. */
async function notReset(cluster: string, { by, reason }: ResetRequest, error: unknown): Promise<ResetAnswer> {
  const person = { by, reason, at: new Date().toISOString() };
  if (error instanceof WorkflowNotFoundError) {
    const schedule = await letScheduleGoOn(cluster, { by, reason });
    return { ...person, schedule: `the cluster's record is no longer there, so nothing was reset; ${schedule}` };
  }
  if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  const refused = error.cause?.message ?? error.message;
  const { state, lastReset } = await breakerNow(cluster);
  // A record that was begun after the breaker had opened knows nothing of the schedule's pause.
  const schedule = state.kind === 'open' ? refused : `${refused}; ${await letScheduleGoOn(cluster, { by, reason })}`;
  return { ...(lastReset ?? person), schedule };
}
