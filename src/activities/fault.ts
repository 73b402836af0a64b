import { blameOfError, messageOf } from '../domain/errors.js';
import { now } from '../host/os/clock.js';
import { isDiskFull } from '../host/os/files.js';
import type { Fault } from '../host/faults/contract.js';
import { confirmKeeper } from '../host/keeper/control.js';
import { mustReadTicket, type FaultHandle } from '../host/lifecycle/fault-handle.js';
import { injectFault } from '../host/lifecycle/inject.js';
import { holdFault, observeFault } from '../host/lifecycle/observe.js';
import { planFault, prepareScenario } from '../host/lifecycle/plan.js';
import { recoverTicket } from '../host/lifecycle/recover.js';
import { proveWhole } from '../host/lifecycle/whole.js';
import type {
  FaultRequest,
  HoldAnswer,
  InjectAnswer,
  ObserveAnswer,
  PlanAnswer,
  PlanFaultRequest,
  PrepareAnswer,
  PrepareFaultRequest,
  RecoverAnswer,
  WholeAnswer,
  WholeRequest,
} from '../messages/requests.js';
import { answered, asActivity, driverOf, planOf } from './support.js';

/** A recovery, or the proof of the whole, that was given up just now. A full disk is no answer: the activity is tried again. */
function gaveUp(error: unknown) {
  if (isDiskFull(error)) throw error;
  const { at, us } = now();
  return { recoveredAt: at, recoveredUs: us, error: messageOf(error), recoverErrorBlame: blameOfError(error) };
}

/** An error of the fault's own is an answer, not a failure of the activity: the five steps go on with it. */
export function createFaultActivities(faults: readonly Fault[]) {
  const handleOf = ({ run, faultId }: FaultRequest): FaultHandle => {
    const plan = planOf(run);
    return { faults, clusterDir: plan.clusterDir, faultId, driver: driverOf(plan) };
  };
  return {
    /** Before any client connects: the targets exist, and the cluster is brought into the state that the fault needs. */
    prepareFault: ({ run, scenario }: PrepareFaultRequest): Promise<PrepareAnswer> =>
      asActivity(() =>
        answered<object>(async () => {
          const plan = planOf(run);
          await prepareScenario(faults, scenario, { dir: plan.clusterDir, driver: driverOf(plan) });
          return {};
        }),
      ),

    /** Chooses the target and puts the ticket on disk. Nothing is broken yet. */
    planFault: ({ run, ...asked }: PlanFaultRequest): Promise<PlanAnswer> =>
      asActivity(() =>
        answered(async () => {
          const plan = planOf(run);
          const ticket = await planFault(faults, plan, asked, driverOf(plan));
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
        const handle = handleOf(request);
        const limitMs = (): number => Math.min(observeBudgetMs, mustReadTicket(handle).windowMs ?? faultWindowMs);
        return answered(() => observeFault(handle, limitMs(), signal));
      }),

    /** Keeps the fault until its window is over; `cutShort` if somebody ended it before. */
    holdFault: (request: FaultRequest): Promise<HoldAnswer> =>
      asActivity(async (signal) => {
        const handle = handleOf(request);
        const windowMs = mustReadTicket(handle).windowMs ?? planOf(request.run).timing.faultWindowMs;
        return { cutShort: await holdFault(handle, windowMs, signal), error: null };
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
          return gaveUp(error);
        }
      }),

    /** When all faults of a timeline are over: proof that they are, together, and that the cluster is whole. */
    proveWhole: ({ run, scenario }: WholeRequest): Promise<WholeAnswer> =>
      asActivity(async () => {
        const plan = planOf(run);
        try {
          const healed = await proveWhole(plan, scenario, driverOf(plan));
          const { at, us } = now();
          return { recoveredAt: at, recoveredUs: us, healed, error: null };
        } catch (error) {
          return gaveUp(error);
        }
      }),
  };
}
