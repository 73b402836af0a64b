import { patched } from '@temporalio/workflow';
import type { ClientOutcome } from '../domain/client-result.js';
import type { FaultRecord } from '../domain/fault-record.js';
import type { GuaranteesJudged } from '../messages/guarantees.js';
import type { PhaseRequest } from '../messages/requests.js';
import type { RunPlan } from '../domain/plan.js';
import { cancellationIn, hostActivities, reasonOf } from './activities.js';

const NOTHING: GuaranteesJudged = { violated: [], notes: [] };

/** A million events need seconds. What fails so often does not mend itself. */
const LIMITS = { startToCloseTimeout: 600_000, retry: { initialInterval: 500, maximumAttempts: 3 } } as const;

/** What the checkers say of a phase's ledgers. That they could not be asked is a note, and no failure of the run. */
export async function judgeGuarantees(
  plan: RunPlan,
  phase: PhaseRequest,
  outcomes: readonly ClientOutcome[],
  fault: FaultRecord | null = null,
): Promise<GuaranteesJudged> {
  // Runs of earlier versions go on as they began.
  if (!patched('guarantees')) return NOTHING;
  const leftOut = outcomes.flatMap(({ sdk, idTaken }) => (idTaken === undefined ? [] : [sdk]));
  try {
    return await hostActivities(plan.hostQueue, LIMITS).judgeGuarantees({ ...phase, leftOut, fault });
  } catch (error) {
    const cancellation = cancellationIn(error);
    if (cancellation !== undefined) throw cancellation;
    const where = phase.scenario === null ? 'control run' : phase.phase;
    return { violated: [], notes: [`${where}: the guarantees could not be judged: ${reasonOf(error)}`.slice(0, 300)] };
  }
}
