import { randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { ChaosError } from '../../domain/errors.js';
import type { RunPlan } from '../../domain/plan.js';
import { entriesOf, entryOf, type FaultEntry, type Scenario } from '../../domain/scenario.js';
import { cannotStart } from '../../domain/started-with.js';
import { meantBy } from '../../domain/target-words.js';
import type { ClusterDriver, FaultCluster, Targets } from '../drivers/contract.js';
import type { AskedFault, Fault } from '../faults/contract.js';
import { now } from '../os/clock.js';
import { ownIdentity } from '../os/processes.js';
import { claimOf } from '../tickets/claim.js';
import { dirtyMark } from '../tickets/dirty-mark.js';
import { readLease } from '../tickets/lease.js';
import { refuseNewerCluster } from '../tickets/newer.js';
import { listTickets, withTickets, writeTicket } from '../tickets/store.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';
import { othersOf, refuseTogether } from './also-on.js';
import { choose } from './choose.js';
import { faultOf } from './fault-handle.js';

type Starts = Pick<ClusterDriver, 'name' | 'startsWith'>;

/** Every fault of a scenario by itself, as far as can be told before it begins. */
export function checkEntries(
  faults: readonly Fault[],
  { name, ...scenario }: Scenario,
  targets: Targets,
  driver: Starts,
): void {
  for (const { fault, target, params } of entriesOf(scenario))
    checkScenario(faultOf(faults, fault), { name, target, params }, targets, driver);
}

/** Before any client connects: everything that a scenario names is there, and the cluster is in the state that its first fault needs; others may begin while that one is on. */
export async function prepareScenario(
  faults: readonly Fault[],
  scenario: Scenario,
  cluster: FaultCluster,
): Promise<void> {
  checkEntries(faults, scenario, await cluster.driver.targets(cluster.dir), cluster.driver);
  const { fault, target, params } = entryOf(scenario) ?? scenario;
  await faultOf(faults, fault).prepare?.({ ...scenario, fault, target, params }, cluster);
}

/** The target of a fault must exist on this cluster, and the fault be possible on this host; the error lists what exists, or says what is missing. */
export function checkScenario(
  fault: Fault,
  scenario: Pick<Scenario, 'name' | 'target' | 'params'>,
  targets: Targets,
  { name, startsWith = [] }: Starts,
): void {
  const { target } = scenario;
  const known = fault.targetKind === 'broker' ? targets.brokers : targets.interfaces;
  const lacks = cannotStart(fault.startedWith?.(scenario.params) ?? {}, startsWith);
  const missing = lacks.length > 0 ? `driver ${name} cannot start ${lacks.join(' or ')}` : fault.hostProblem?.();
  if (missing !== undefined)
    throw new ChaosError('INJECT_FAILED', `${fault.kind} cannot be done on this host: ${missing}`);
  // Who that is, is looked for when the fault begins.
  if (!('named' in meantBy(target)) || known.includes(target)) return;
  const host = fault.targetKind === 'interface' ? `; this host has ${Object.keys(networkInterfaces()).join(', ')}` : '';
  throw new ChaosError(
    'INJECT_FAILED',
    `scenario ${scenario.name}: expected a target of ${known.join(', ')}, got ${target}${host}`,
  );
}

function refuseIfDirty(clusterDir: string): void {
  const mark = dirtyMark(clusterDir);
  if (mark === undefined) return;
  throw new ChaosError(
    'INJECT_FAILED',
    `expected a clean cluster, got a dirty one: fault ${mark.faultId} of run ${mark.runId} could not be proved to be over (${mark.why}); it must be stopped and started first`,
  );
}

/** Which fault of a run is to be planned. */
interface Asked {
  readonly plan: RunPlan;
  readonly scenario: Scenario;
  readonly entry: FaultEntry;
}

/** Tickets of this entry; those of an older version know none, and are of the only one. */
const ticketsOf = ({ plan, scenario, entry }: Asked): FaultTicket[] =>
  listTickets(plan.clusterDir).filter(
    (ticket) =>
      ticket.runId === plan.runId &&
      ticket.scenario === scenario.name &&
      (ticket.entry ?? entriesOf(scenario)[0]?.name) === entry.name,
  );

const begunOf = (asked: Asked): string[] =>
  ticketsOf(asked).flatMap(({ injectedAt, faultId }) => (injectedAt === null ? [] : [faultId]));

/** An attempt that took so long that a later one has planned and begun the fault is over: its ticket would be a second one. */
function refuseIfSuperseded(asked: Asked, begunBefore: readonly string[]): void {
  const since = begunOf(asked).find((faultId) => !begunBefore.includes(faultId));
  if (since === undefined) return;
  throw new ChaosError('SUPERSEDED', `scenario ${asked.scenario.name}: a later attempt has begun its fault ${since}`);
}

/** The ticket that an earlier attempt, whose worker died, has left: nothing was done by it yet. Its time begins again. */
const plannedBefore = (asked: Asked): FaultTicket | undefined =>
  ticketsOf(asked).find(({ state }) => state === 'planned');

/** One of several is called after its entry, too. */
function newId({ scenario, entry }: Asked): string {
  const parts = [scenario.name, ...(entriesOf(scenario).length > 1 ? [entry.name] : []), randomUUID().slice(0, 8)];
  return parts.join('-');
}

function ticketOf(asked: Asked, fault: Fault, decided: FaultPlan & Pick<FaultTicket, 'driver'>): FaultTicket {
  const { plan, scenario, entry } = asked;
  const planned = now();
  const windowMs = entry.forMs ?? plan.timing.faultWindowMs;
  const endUs = planned.us + (windowMs + plan.timing.faultGraceMs) * 1000;
  return {
    ...decided,
    faultId: plannedBefore(asked)?.faultId ?? newId(asked),
    kind: fault.kind,
    recoveryBlame: fault.recoveryBlame,
    params: entry.params,
    scenario: scenario.name,
    entry: entry.name,
    windowMs,
    target: entry.target,
    runId: plan.runId,
    runDir: plan.runDir,
    clusterDir: plan.clusterDir,
    bootId: ownIdentity().bootId,
    claim: claimOf(readLease(plan.clusterDir)),
    state: 'planned',
    plannedAt: planned.at,
    plannedUs: planned.us,
    deadlineUs: endUs,
    hardCapUs: endUs + plan.timing.faultGraceMs * 1000,
    graceMs: plan.timing.faultGraceMs,
    recoveryBudgetMs: plan.timing.recoveryBudgetMs,
    injectedAt: null,
    injectedUs: null,
    seenOnUs: null,
    recoveredAt: null,
    recoveredUs: null,
    recoveredBy: null,
    healed: [],
    died: [],
    lastRecoverError: null,
  };
}

/**
 * Chooses what will be hit and writes the ticket to disk; nothing has happened to the cluster's processes or network when this returns. Called
 * again it renews the ticket that is there: no entry of a scenario ever has two.
 */
export async function planFault(
  faults: readonly Fault[],
  plan: RunPlan,
  { scenario, entry: entryName }: { readonly scenario: Scenario; readonly entry?: string },
  driver: ClusterDriver,
): Promise<FaultTicket> {
  const entry = entryOf(scenario, entryName);
  if (entry === undefined)
    throw new ChaosError('INJECT_FAILED', `scenario ${scenario.name}: no entry ${String(entryName)}`);
  const asked: Asked = { plan, scenario, entry };
  const fault = faultOf(faults, entry.fault);
  const of = { clusterDir: plan.clusterDir, runId: plan.runId, scenario: scenario.name, entry: entry.name };
  const cluster: FaultCluster = { dir: plan.clusterDir, driver, others: () => othersOf(faults, of) };
  refuseNewerCluster(plan.clusterDir);
  refuseIfDirty(plan.clusterDir);
  const { target, params } = entry;
  checkScenario(fault, { name: scenario.name, target, params }, await driver.targets(plan.clusterDir), driver);
  const begunBefore = begunOf(asked);
  const reason = await fault.available(cluster);
  if (reason !== undefined) throw new ChaosError('INJECT_FAILED', `${fault.kind} cannot be done here: ${reason}`);
  const found: AskedFault = { ...scenario, ...(await choose(asked, cluster)) };
  const decided = await fault.plan(found, cluster);
  return withTickets(plan.clusterDir, () => {
    refuseIfSuperseded(asked, begunBefore);
    refuseTogether(faults, fault, { ...of, params: entry.params, targets: decided.targets });
    const ticket = ticketOf(asked, fault, { ...decided, driver: driver.name });
    writeTicket(ticket);
    return Promise.resolve(ticket);
  });
}
