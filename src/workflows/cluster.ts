import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  acquireUpdate,
  clusterStatusQuery,
  releaseUpdate,
  type AcquireAnswer,
  type AcquireRequest,
  type ClusterStatus,
  type Holder,
} from './messages.js';

const isSame = (
  a: Pick<Holder, 'workflowId' | 'temporalRunId'>,
  b: Pick<Holder, 'workflowId' | 'temporalRunId'>,
): boolean => a.workflowId === b.workflowId && a.temporalRunId === b.temporalRunId;

/**
 * The one durable record of a cluster: who holds it. An entity that lives for ever and continues as new. A holder is replaced only by a
 * caller who names it, after having seen that it is dead: compare and swap.
 */
export async function clusterWorkflow(initial: ClusterStatus): Promise<never> {
  let holder = initial.holder;
  setHandler(
    acquireUpdate,
    (request: AcquireRequest): AcquireAnswer => {
      const dead = request.replaces;
      const free = holder === null || isSame(holder, request.holder) || (dead !== undefined && isSame(holder, dead));
      if (!free && holder !== null) return { granted: false, heldBy: holder };
      holder = request.holder;
      return { granted: true };
    },
    { description: 'Takes the cluster for a run' },
  );
  setHandler(
    releaseUpdate,
    (who): boolean => {
      if (holder === null || !isSame(holder, who)) return false;
      holder = null;
      return true;
    },
    { description: 'Gives the cluster back; nothing if the caller does not hold it' },
  );
  setHandler(clusterStatusQuery, () => ({ cluster: initial.cluster, holder }), {
    description: 'Who holds the cluster',
  });
  await condition(() => workflowInfo().continueAsNewSuggested && allHandlersFinished());
  return continueAsNew<typeof clusterWorkflow>({ cluster: initial.cluster, holder });
}
