import { CancellationScope } from '@temporalio/workflow';
import { NO_FAULT, type FaultRecord } from '../domain/fault-record.js';
import { entriesOf, type FaultEntry } from '../domain/scenario.js';
import { cancellationIn } from './activities.js';
import type { FaultTurns } from './fault-turns.js';
import { inTurn } from './in-turn.js';
import type { ScenarioContext } from './scenario-context.js';

/** What a person must not overlook when a recovery was not proved. */
export const STUCK_NOTE =
  'STUCK: there is no proof that the fault is over. The cluster is dirty: no scenario runs on it until it is stopped and started. The keeper keeps trying to recover the fault';
/** The same where a later attempt proved it. */
const LATE_NOTE =
  'the recovery took longer than its budget. The cluster is dirty: no scenario runs on it until it is stopped and started';

/** What is known of one fault so far. */
export interface FaultFound {
  readonly fault: FaultRecord;
  readonly died: readonly string[];
  readonly notes: readonly string[];
}

type FaultStep = (context: ScenarioContext, faultId: string, soFar: FaultFound) => Promise<Partial<FaultFound>>;

const NOTHING: FaultFound = { fault: NO_FAULT, died: [], notes: [] };
const NOT_BEGUN = 'not begun, since another fault of the timeline did not go as planned, or the run was cancelled';

/** Inject, watch, hold, recover, each in its turn. The recovery is owed from the moment the ticket exists, and cannot be cancelled. */
export async function playEntry(context: ScenarioContext, entry: FaultEntry, turns: FaultTurns): Promise<FaultFound> {
  if (!(await turns.begin(entry))) return { ...NOTHING, notes: [NOT_BEGUN] };
  try {
    const found = await injectAndRecover(context, entry, turns);
    if (found.fault.injectError !== null) turns.fail();
    return found;
  } catch (error) {
    turns.fail();
    // What was found of the others before a cancellation is kept.
    if (cancellationIn(error) === undefined) throw error;
    return { ...NOTHING, notes: [NOT_BEGUN] };
  } finally {
    turns.planned(entry);
    turns.over(entry);
  }
}

async function injectAndRecover(context: ScenarioContext, entry: FaultEntry, turns: FaultTurns): Promise<FaultFound> {
  const { run, scenario, faults, progress } = context;
  progress.enter('inject', 15_000, `${entry.fault} on ${entry.target}`);
  const only = entriesOf(scenario).length === 1;
  const { error, ...planned } = await faults.planFault({ run, scenario, ...(only ? {} : { entry: entry.name }) });
  turns.planned(entry);
  const start: FaultFound = { ...NOTHING, fault: { ...NO_FAULT, ...planned, injectError: error } };
  const { faultId } = start.fault;
  if (error !== null || faultId === null) return start;
  const injectNow: FaultStep = async (...of) => {
    // Some take long to inject, and others are to begin meanwhile.
    turns.injecting();
    const found = await inject(...of);
    if (found.fault?.injectError !== null) turns.fail();
    return found;
  };
  const { found, stopped } = await inTurn(
    start,
    [injectNow, observe, hold].map((step) => (soFar) => step(context, faultId, soFar)),
  );
  if (stopped !== undefined && cancellationIn(stopped) === undefined) turns.fail();
  const recovered = await CancellationScope.nonCancellable(async () => {
    await turns.end(entry);
    return recover(context, faultId, found);
  });
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
