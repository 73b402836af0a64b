import type { Fault } from '../host/faults/contract.js';
import type { Scenario } from '../domain/scenario.js';
import { now } from '../host/os/clock.js';
import {
  checkTarget,
  faultOf,
  holdFault,
  injectFault,
  mustReadTicket,
  observeFault,
  planFault,
} from '../host/lifecycle/inject.js';
import { confirmKeeper } from '../host/keeper/control.js';
import { recoverTicket } from '../host/lifecycle/recover.js';
import type {
  InRun,
  FaultRequest,
  InjectAnswer,
  ObserveAnswer,
  PlanAnswer,
  RecoverAnswer,
} from '../messages/requests.js';
import { asActivity, driverOf, messageOf, planOf } from './support.js';

/** An error of the fault's own is an answer, not a failure of the activity: the five steps go on with it. */
export function createFaultActivities(faults: readonly Fault[]) {
  return {
    /** Before any client connects: the target exists, and the cluster is brought into the state that the fault needs. */
    prepareFault: ({ run, scenario }: InRun & { readonly scenario: Scenario }): Promise<string | null> =>
      asActivity(async () => {
        try {
          const plan = planOf(run);
          const driver = driverOf(plan);
          const fault = faultOf(faults, scenario.fault);
          checkTarget(fault, scenario, await driver.targets(plan.clusterDir));
          await fault.prepare?.(scenario, { dir: plan.clusterDir, driver });
          return null;
        } catch (error) {
          return messageOf(error);
        }
      }),

    /** Chooses the target and puts the ticket on disk. Nothing is broken yet. */
    planFault: ({ run, scenario }: InRun & { readonly scenario: Scenario }): Promise<PlanAnswer> =>
      asActivity(async () => {
        try {
          const plan = planOf(run);
          const { faultId, injector, targets, reason } = await planFault(faults, plan, scenario, driverOf(plan));
          return { planned: { faultId, injector, targets, reason } };
        } catch (error) {
          return { error: messageOf(error) };
        }
      }),

    injectFault: ({ run, faultId }: FaultRequest): Promise<InjectAnswer> =>
      asActivity(async () => {
        const plan = planOf(run);
        try {
          const ticket = await injectFault(faults, plan.clusterDir, faultId, driverOf(plan), confirmKeeper);
          return { injectedAt: ticket.injectedAt ?? '', injectedUs: ticket.injectedUs ?? 0, error: null };
        } catch (error) {
          const { injectedAt, injectedUs } = mustReadTicket(plan.clusterDir, faultId);
          return { injectedAt, injectedUs, error: messageOf(error) };
        }
      }),

    /** Proof that the fault bites, looked for until the budget is over. */
    observeFault: ({ run, faultId }: FaultRequest): Promise<ObserveAnswer> =>
      asActivity(async (signal) => {
        const plan = planOf(run);
        const limitMs = Math.min(plan.timing.observeBudgetMs, plan.timing.faultWindowMs);
        try {
          const seen = await observeFault(faults, plan.clusterDir, faultId, driverOf(plan), limitMs, signal);
          return { ...seen, error: null };
        } catch (error) {
          if (signal.aborted) throw error;
          return { observed: false, evidence: [], leaders: [], error: messageOf(error) };
        }
      }),

    /** Keeps the fault until its window is over; true if somebody ended it before. */
    holdFault: ({ run, faultId }: FaultRequest): Promise<boolean> =>
      asActivity((signal) => {
        const plan = planOf(run);
        return holdFault(faults, plan.clusterDir, faultId, driverOf(plan), plan.timing.faultWindowMs, signal);
      }),

    /** Ends the fault and proves it, within the recovery budget; past it the keeper goes on. */
    recoverFault: ({ run, faultId }: FaultRequest): Promise<RecoverAnswer> =>
      asActivity(async () => {
        const plan = planOf(run);
        try {
          const ticket = await recoverTicket(
            faults,
            plan.clusterDir,
            faultId,
            'workflow',
            plan.timing.recoveryBudgetMs,
          );
          const { recoveredAt, recoveredUs, recoveredBy, healed, died, lastRecoverError } = ticket;
          // An attempt before this one had a whole budget, and its cluster is dirty: what came after it came too late.
          const error =
            lastRecoverError === null
              ? null
              : `only a later attempt could prove the recovery; earlier attempt: ${lastRecoverError}`;
          return { at: recoveredAt ?? '', us: recoveredUs ?? 0, recoveredBy, healed, died, error };
        } catch (error) {
          return { ...now(), recoveredBy: null, healed: [], error: messageOf(error) };
        }
      }),
  };
}
