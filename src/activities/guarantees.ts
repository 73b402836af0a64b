import type { ClientOutcome } from '../domain/client-result.js';
import { messageOf } from '../domain/errors.js';
import type { FaultRecord } from '../domain/fault-record.js';
import { NO_LIMITS } from '../domain/guarantees/guarantee.js';
import type { RunPlan } from '../domain/plan.js';
import { clientsOf } from '../domain/scenario.js';
import type { GuaranteesJudged } from '../messages/collected.js';
import type { PhaseId } from '../messages/requests.js';
import { inThread } from '../threads/index.js';
import { driverOf } from './support.js';

/** A million events need seconds. */
const LIMIT_MS = 600_000;

export interface PhaseEnded extends PhaseId {
  readonly plan: RunPlan;
  readonly outcomes: readonly ClientOutcome[];
  /** Of a fault period; null otherwise. */
  readonly fault: FaultRecord | null;
}

/**
 * Applies the checkers of MQTT's guarantees to what the clients of a phase left, and keeps the results in its folder. A client whose id a stranger used is
 * left out. That they could not be asked is a note, and no failure of the run; rejects only if `signal` is aborted.
 */
export async function judgeGuarantees(
  { plan, scenario, phase, outcomes, fault }: PhaseEnded,
  signal: AbortSignal,
): Promise<GuaranteesJudged> {
  const kind = plan.scenarios.find(({ name }) => name === scenario)?.fault;
  const { workload, sdks } = clientsOf(plan, scenario);
  const strangers = new Set(outcomes.flatMap(({ sdk, idTaken }) => (idTaken === undefined ? [] : [sdk])));
  try {
    const task = {
      ...{ runDir: plan.runDir, scenario, phase },
      ...{ workload, sdks: sdks.filter((sdk) => !strangers.has(sdk)) },
      fault: fault === null || kind === undefined ? null : { kind, record: fault },
      limits: driverOf(plan).limits?.({ nodes: plan.nodeCount }) ?? NO_LIMITS,
    };
    return await inThread('judgeGuarantees', task, AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]));
  } catch (error) {
    signal.throwIfAborted();
    const where = scenario === null ? 'control run' : phase;
    return { violated: [], notes: [`${where}: the guarantees could not be judged: ${messageOf(error)}`.slice(0, 300)] };
  }
}
