import { randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { ChaosError } from '../../domain/errors.js';
import type { RunPlan } from '../../domain/plan.js';
import type { Scenario } from '../../domain/scenario.js';
import type { ClusterDriver, FaultCluster, Targets } from '../drivers/contract.js';
import type { Fault } from '../faults/contract.js';
import { now } from '../os/clock.js';
import { ownIdentity } from '../os/processes.js';
import { claimOf } from '../tickets/claim.js';
import { dirtyMark } from '../tickets/dirty-mark.js';
import { readLease } from '../tickets/lease.js';
import { refuseNewerCluster } from '../tickets/newer.js';
import { listTickets, withTickets, writeTicket } from '../tickets/store.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';
import { faultOf } from './fault-handle.js';

/** The target of a scenario must exist on this cluster, and its fault be possible on this host; the error lists what exists, or says what is missing. */
export function checkScenario(fault: Fault, scenario: Scenario, targets: Targets): void {
  const known = fault.targetKind === 'broker' ? targets.brokers : targets.interfaces;
  const missing = fault.hostProblem?.();
  if (missing !== undefined)
    throw new ChaosError('INJECT_FAILED', `${fault.kind} cannot be done on this host: ${missing}`);
  if (known.includes(scenario.target)) return;
  const host = fault.targetKind === 'interface' ? `; this host has ${Object.keys(networkInterfaces()).join(', ')}` : '';
  throw new ChaosError(
    'INJECT_FAILED',
    `scenario ${scenario.name}: expected a target of ${known.join(', ')}, got ${scenario.target}${host}`,
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

const ticketsOf = (plan: RunPlan, scenario: Scenario): FaultTicket[] =>
  listTickets(plan.clusterDir).filter(({ runId, scenario: name }) => runId === plan.runId && name === scenario.name);

const begunOf = (plan: RunPlan, scenario: Scenario): string[] =>
  ticketsOf(plan, scenario).flatMap(({ injectedAt, faultId }) => (injectedAt === null ? [] : [faultId]));

/** An attempt that took so long that a later one has planned and begun the fault is over: its ticket would be a second one. */
function refuseIfSuperseded(plan: RunPlan, scenario: Scenario, begunBefore: readonly string[]): void {
  const since = begunOf(plan, scenario).find((faultId) => !begunBefore.includes(faultId));
  if (since === undefined) return;
  throw new ChaosError('SUPERSEDED', `scenario ${scenario.name}: a later attempt has begun its fault ${since}`);
}

/** The ticket that an earlier attempt, whose worker died, has left: nothing was done by it yet. Its time begins again. */
const plannedBefore = (plan: RunPlan, scenario: Scenario): FaultTicket | undefined =>
  ticketsOf(plan, scenario).find(({ state }) => state === 'planned');

function ticketOf(
  plan: RunPlan,
  scenario: Scenario,
  fault: Fault,
  decided: FaultPlan & Pick<FaultTicket, 'driver'>,
): FaultTicket {
  const planned = now();
  const endUs = planned.us + (plan.timing.faultWindowMs + plan.timing.faultGraceMs) * 1000;
  return {
    ...decided,
    faultId: plannedBefore(plan, scenario)?.faultId ?? `${scenario.name}-${randomUUID().slice(0, 8)}`,
    kind: fault.kind,
    recoveryBlame: fault.recoveryBlame,
    params: scenario.params,
    scenario: scenario.name,
    target: scenario.target,
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
 * again it renews the ticket that is there: a scenario never has two.
 */
export async function planFault(
  faults: readonly Fault[],
  plan: RunPlan,
  scenario: Scenario,
  driver: ClusterDriver,
): Promise<FaultTicket> {
  const fault = faultOf(faults, scenario.fault);
  const cluster: FaultCluster = { dir: plan.clusterDir, driver };
  refuseNewerCluster(plan.clusterDir);
  refuseIfDirty(plan.clusterDir);
  checkScenario(fault, scenario, await driver.targets(plan.clusterDir));
  const begunBefore = begunOf(plan, scenario);
  const reason = await fault.available(cluster);
  if (reason !== undefined) throw new ChaosError('INJECT_FAILED', `${fault.kind} cannot be done here: ${reason}`);
  const decided = await fault.plan(scenario, cluster);
  return withTickets(plan.clusterDir, () => {
    refuseIfSuperseded(plan, scenario, begunBefore);
    const ticket = ticketOf(plan, scenario, fault, { ...decided, driver: driver.name });
    writeTicket(ticket);
    return Promise.resolve(ticket);
  });
}
