import { blameOfError, messageOf } from '../domain/errors.js';
import { now } from '../host/os/clock.js';
import { isDiskFull } from '../host/os/files.js';
import type { Fault } from '../host/faults/contract.js';
import { confirmKeeper } from '../host/keeper/control.js';
import { faultOf, mustReadTicket, type FaultHandle } from '../host/lifecycle/fault-handle.js';
import { injectFault } from '../host/lifecycle/inject.js';
import { holdFault, observeFault } from '../host/lifecycle/observe.js';
import { checkScenario, planFault } from '../host/lifecycle/plan.js';
import { recoverTicket } from '../host/lifecycle/recover.js';
import type {
  FaultRequest,
  HoldAnswer,
  InjectAnswer,
  ObserveAnswer,
  PlanAnswer,
  PrepareAnswer,
  PrepareFaultRequest,
  RecoverAnswer,
} from '../messages/requests.js';
import { answered, asActivity, driverOf, planOf } from './support.js';

/** An error of the fault's own is an answer, not a failure of the activity: the five steps go on with it. */
export function createFaultActivities(faults: readonly Fault[]) {
  const handleOf = ({ run, faultId }: FaultRequest): FaultHandle => {
    const plan = planOf(run);
    return { faults, clusterDir: plan.clusterDir, faultId, driver: driverOf(plan) };
  };
  return {
    /** Before any client connects: the target exists, and the cluster is brought into the state that the fault needs. */
    prepareFault: ({ run, scenario }: PrepareFaultRequest): Promise<PrepareAnswer> =>
      asActivity(() =>
        answered<object>(async () => {
          const plan = planOf(run);
          const driver = driverOf(plan);
          const fault = faultOf(faults, scenario.fault);
          checkScenario(fault, scenario, await driver.targets(plan.clusterDir));
          await fault.prepare?.(scenario, { dir: plan.clusterDir, driver });
          return {};
        }),
      ),

    /** Chooses the target and puts the ticket on disk. Nothing is broken yet. */
    planFault: ({ run, scenario }: PrepareFaultRequest): Promise<PlanAnswer> =>
      asActivity(() =>
        answered(async () => {
          const plan = planOf(run);
          const ticket = await planFault(faults, plan, scenario, driverOf(plan));
          const { faultId, injector, targets, reason, recoveryBlame = 'equipment' } = ticket;
          return { faultId, injector, victim: targets.join(', '), reason, recoveryBlame };
        }),
      ),

    /** Breaks something. After an error the answer says since when something may be broken. */
    injectFault: (request: FaultRequest): Promise<InjectAnswer> =>
      asActivity(async () => {
        const handle = handleOf(request);
        const timesOf = ({ injectedAt, injectedUs }: ReturnType<typeof mustReadTicket>) => ({ injectedAt, injectedUs });
        return answered(
          async () => timesOf(await injectFault(handle, confirmKeeper)),
          () => timesOf(mustReadTicket(handle)),
        );
      }),

    /** Proof that the fault bites, looked for until the budget is over. */
    observeFault: (request: FaultRequest): Promise<ObserveAnswer> =>
      asActivity(async (signal) => {
        const { observeBudgetMs, faultWindowMs } = planOf(request.run).timing;
        return answered(() => observeFault(handleOf(request), Math.min(observeBudgetMs, faultWindowMs), signal));
      }),

    /** Keeps the fault until its window is over; `cutShort` if somebody ended it before. */
    holdFault: (request: FaultRequest): Promise<HoldAnswer> =>
      asActivity(async (signal) => {
        const { faultWindowMs } = planOf(request.run).timing;
        return { cutShort: await holdFault(handleOf(request), faultWindowMs, signal), error: null };
      }),

    /** Ends the fault and proves it, within the recovery budget; past it the keeper goes on. */
    recoverFault: (request: FaultRequest): Promise<RecoverAnswer> =>
      asActivity(async () => {
        try {
          const { recoveryBudgetMs } = planOf(request.run).timing;
          const ticket = await recoverTicket(handleOf(request), 'workflow', recoveryBudgetMs);
          const { recoveredAt, recoveredUs, recoveredBy, healed, died, lastRecoverError, lastRecoverBlame } = ticket;
          const facts = { recoveredAt: recoveredAt ?? '', recoveredUs: recoveredUs ?? 0, recoveredBy, healed, died };
          if (lastRecoverError === null) return { ...facts, error: null };
          // An attempt before this one had a whole budget, and its cluster is dirty: what came after it came too late.
          return {
            ...facts,
            error: `only a later attempt could prove the recovery; earlier attempt: ${lastRecoverError}`,
            ...(lastRecoverBlame === undefined ? {} : { recoverErrorBlame: lastRecoverBlame }),
          };
        } catch (error) {
          if (isDiskFull(error)) throw error;
          const { at, us } = now();
          return { recoveredAt: at, recoveredUs: us, error: messageOf(error), recoverErrorBlame: blameOfError(error) };
        }
      }),
  };
}
