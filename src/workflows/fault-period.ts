import { CancellationScope, sleep } from '@temporalio/workflow';
import { NO_FAULT } from '../domain/fault-record.js';
import { joined, type EntryRecord, type WholeRecord } from '../domain/fault-rows.js';
import { timelineBorders } from '../domain/periods.js';
import { clientsOf, entriesOf } from '../domain/scenario.js';
import type { PhaseRequest } from '../messages/requests.js';
import { playEntry, STUCK_NOTE, type FaultFound } from './fault-entry.js';
import { faultTurns } from './fault-turns.js';
import type { ScenarioContext, ScenarioStep } from './scenario-context.js';

/** Steps 2 to 4: clients connect and publish, the faults are injected, watched and ended, the clients drain. A fault that cannot be prepared needs none. */
export const goThroughFault: ScenarioStep = async (context, { prepareError, notes }) => {
  if (prepareError !== null) return { fault: { ...NO_FAULT, injectError: prepareError } };
  const { plan, run, scenario, host, faults: activities, progress } = context;
  const clients: PhaseRequest = { run, scenario: scenario.name, phase: 'fault' };
  progress.enter('clients connect', 15_000, `${clientsOf(plan, scenario.name).sdks.length} SDKs connect and publish`);
  const { startedUs: clientsFromUs } = await host.startClients(clients);
  await sleep(plan.timing.leadInMs, { summary: 'clients publish before the fault' });
  const { faults, whole, died, notes: added } = await playFaults(context);
  const fault = joined(faults, whole);
  // A run that is cancelled kills its clients: they drain for nobody.
  const cancelled = CancellationScope.current().consideredCancelled;
  const { stoppedUs } = cancelled ? { stoppedUs: null } : await activities.stopClients(clients);
  const borders = timelineBorders(faults, fault, stoppedUs);
  return { clientsFromUs, fault, faults, died, borders, notes: [...notes, ...added] };
};

interface Played {
  readonly faults: readonly EntryRecord[];
  /** Null: of a single fault, whose own proof is whole; or where there is nothing to be proved together. */
  readonly whole: WholeRecord | null;
  readonly died: readonly string[];
  readonly notes: readonly string[];
}

/** Every fault of the scenario at its time. An error of one ends none of the others before its time; none is left behind. */
async function playFaults(context: ScenarioContext): Promise<Played> {
  const { scenario, plan } = context;
  const entries = entriesOf(scenario);
  const turns = faultTurns(scenario, plan.timing.faultWindowMs);
  const ended = await Promise.allSettled(entries.map((entry) => playEntry(context, entry, turns)));
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  const found = ended.flatMap((one): FaultFound[] => (one.status === 'fulfilled' ? [one.value] : []));
  const faults = found.map(({ fault }, i) => ({ entry: entries[i]?.name ?? '', record: fault }));
  const whole = await proveTogether(context, faults);
  return {
    faults,
    whole,
    died: [...new Set(found.flatMap(({ died }) => died))],
    notes: [
      ...found.flatMap(({ notes }, i) =>
        notes.map((note) => (entries.length > 1 ? `${faults[i]?.entry}: ${note}` : note)),
      ),
      ...(whole?.error == null ? [] : [STUCK_NOTE]),
    ],
  };
}

/** Each fault of a timeline may have been proved to be over while others were on: when all are, the cluster must be whole. */
async function proveTogether(
  { plan, run, scenario, host, progress }: ScenarioContext,
  faults: readonly EntryRecord[],
): Promise<WholeRecord | null> {
  const begun = faults.filter(({ record }) => record.faultId !== null);
  const unproved = begun.some(({ record }) => record.recoverError !== null || record.cleanup?.startsWith('failed'));
  if (faults.length === 1 || begun.length === 0 || unproved) return null;
  if (CancellationScope.current().consideredCancelled) return null;
  progress.enter('recover', plan.timing.recoveryBudgetMs, 'proving that all faults are over, together');
  const answer = await host.proveWhole({ run, scenario: scenario.name });
  const { recoveredAt = null, recoveredUs = null, healed = [], error } = answer;
  const blame = answer.recoverErrorBlame === undefined ? {} : { recoverErrorBlame: answer.recoverErrorBlame };
  return { recoveredAt, recoveredUs, healed, error, ...blame };
}
