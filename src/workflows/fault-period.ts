import { CancellationScope, sleep } from '@temporalio/workflow';
import { NO_FAULT, type FaultRecord } from '../domain/fault-record.js';
import { faultBorders } from '../domain/periods.js';
import { clientsOf } from '../domain/scenario.js';
import type { PhaseRequest } from '../messages/requests.js';
import { cancellationIn } from './activities.js';
import { inTurn } from './in-turn.js';
import type { ScenarioContext, ScenarioStep } from './scenario-context.js';

/** What a person must not overlook when a recovery was not proved. */
const STUCK_NOTE =
  'STUCK: there is no proof that the fault is over. The cluster is dirty: no scenario runs on it until it is stopped and started. The keeper keeps trying to recover the fault';
/** The same where a later attempt proved it. */
const LATE_NOTE =
  'the recovery took longer than its budget. The cluster is dirty: no scenario runs on it until it is stopped and started';

/** What the fault period has found so far. */
interface FaultFound {
  readonly fault: FaultRecord;
  readonly died: readonly string[];
  readonly notes: readonly string[];
}

type FaultStep = (context: ScenarioContext, faultId: string, soFar: FaultFound) => Promise<Partial<FaultFound>>;

/** Steps 2 to 4: clients connect and publish, the fault is injected, watched and ended, the clients drain. A fault that cannot be prepared needs none. */
export const goThroughFault: ScenarioStep = async (context, { prepareError, notes }) => {
  if (prepareError !== null) return { fault: { ...NO_FAULT, injectError: prepareError } };
  const { plan, run, scenario, host, faults, progress } = context;
  const clients: PhaseRequest = { run, scenario: scenario.name, phase: 'fault' };
  progress.enter('clients connect', 15_000, `${clientsOf(plan, scenario.name).sdks.length} SDKs connect and publish`);
  const { startedUs: clientsFromUs } = await host.startClients(clients);
  await sleep(plan.timing.leadInMs, { summary: 'clients publish before the fault' });
  const { fault, died, notes: added } = await injectAndRecover(context);
  // A run that is cancelled kills its clients: they drain for nobody.
  const cancelled = CancellationScope.current().consideredCancelled;
  const { stoppedUs } = cancelled ? { stoppedUs: null } : await faults.stopClients(clients);
  return { clientsFromUs, fault, died, borders: faultBorders(fault, stoppedUs), notes: [...notes, ...added] };
};

/** Inject, watch, hold, recover. The recovery is owed from the moment the ticket exists, and cannot be cancelled. */
async function injectAndRecover(context: ScenarioContext): Promise<FaultFound> {
  const { run, scenario, faults, progress } = context;
  progress.enter('inject', 15_000, `${scenario.fault} on ${scenario.target}`);
  const { error, ...planned } = await faults.planFault({ run, scenario });
  const start: FaultFound = { fault: { ...NO_FAULT, ...planned, injectError: error }, died: [], notes: [] };
  const { faultId } = start.fault;
  if (error !== null || faultId === null) return start;
  const { found, stopped } = await inTurn(
    start,
    [inject, observe, hold].map((step) => (soFar) => step(context, faultId, soFar)),
  );
  const recovered = await CancellationScope.nonCancellable(() => recover(context, faultId, found));
  if (stopped !== undefined && cancellationIn(stopped) === undefined) throw stopped;
  return { ...found, ...recovered };
}

const inject: FaultStep = async ({ run, faults }, faultId, { fault }) => {
  const { error, ...times } = await faults.injectFault({ run, faultId });
  return { fault: { ...fault, ...times, injectError: error } };
};

/** Is it biting? */
const observe: FaultStep = async ({ plan, run, faults, progress }, faultId, { fault, notes }) => {
  if (fault.injectError !== null) return {};
  progress.enter('observe', plan.timing.observeBudgetMs, `effect of ${fault.injector} on ${fault.victim}`);
  const { error, ...seen } = await faults.observeFault({ run, faultId });
  const why = error === null ? [] : [`the fault could not be observed: ${error}`];
  return { fault: { ...fault, ...seen }, notes: [...notes, ...why] };
};

/** Keeps it until its window is over. */
const hold: FaultStep = async ({ plan, run, faults, progress }, faultId, { fault }) => {
  if (fault.injectError !== null) return {};
  const bites = fault.observed ? 'in effect' : 'no effect was seen';
  progress.enter('fault holds', plan.timing.faultWindowMs, bites);
  const { cutShort = true } = await faults.holdFault({ run, faultId });
  return { fault: { ...fault, cutShort } };
};

/** Ends it and has that proved; after a failed inject, clears away what that may have done. */
const recover: FaultStep = async ({ plan, run, faults, progress }, faultId, { fault, notes }) => {
  progress.enter('recover', plan.timing.recoveryBudgetMs, 'ending the fault and proving that it is over');
  const answer = await faults.recoverFault({ run, faultId });
  const { error, recoveredAt = null, recoveredUs = null, recoveredBy = null, healed = [], died = [] } = answer;
  const blame = answer.recoverErrorBlame === undefined ? {} : { recoverErrorBlame: answer.recoverErrorBlame };
  const over = { ...fault, recoveredAt, recoveredUs, healed, ...blame };
  if (fault.injectError !== null) {
    const cleanup = error === null ? 'clean: the failed injection was undone' : `failed: ${error}`;
    return { fault: { ...over, cleanup }, died };
  }
  const unproved = error === null ? [] : [healed.length > 0 ? LATE_NOTE : STUCK_NOTE];
  const other = recoveredBy === null || recoveredBy === 'workflow' ? [] : [`the fault was ended by the ${recoveredBy}`];
  return { fault: { ...over, recoverError: error }, died, notes: [...notes, ...unproved, ...other] };
};
