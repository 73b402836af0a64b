import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { RecordedOutcome } from '../domain/breaker.js';
import { clusterWorkflowId } from '../domain/ids.js';
import { clusterStatusQuery, recordOutcomeUpdate, resetUpdate, type ResetAnswer } from '../messages/cluster-record.js';
import { clusterRecord } from './cluster-record.js';
import { showInHistory } from './history.js';
import type { RecordOutcomeRequest, ResetBreakerRequest } from '../messages/requests.js';
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

  /** Closes the breaker that a run opened; if that was done before (by an attempt whose answer was lost, or by hand), says by whom. */
  resetBreaker: ({ cluster, reset }: ResetBreakerRequest): Promise<ResetAnswer> =>
    asActivity(() =>
      askServer(async (client) => {
        const record = client.workflow.getHandle(clusterWorkflowId(cluster));
        try {
          return await record.executeUpdate(resetUpdate, { args: [reset], updateId: `reset-${String(reset.runId)}` });
        } catch (error) {
          if (!(error instanceof WorkflowUpdateFailedError)) throw error;
          const { lastReset } = (await record.query(clusterStatusQuery)).breaker;
          const { by, reason } = reset;
          const before = lastReset ?? { by, reason, at: new Date().toISOString() };
          return { ...before, schedule: error.cause?.message ?? error.message };
        }
      }),
    ),
};
