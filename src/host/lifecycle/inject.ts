import { randomUUID } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { ChaosError } from '../../domain/errors.js';
import type { RunPlan } from '../../domain/plan.js';
import type { Evidence, LeaderChange } from '../../domain/report-data.js';
import type { Scenario } from '../../domain/scenario.js';
import { monotonicUs, now, sleepMs } from '../os/clock.js';
import { dirtyMark } from '../tickets/dirty-mark.js';
import type { ClusterDriver, Targets, FaultCluster } from '../drivers/contract.js';
import type { Fault } from '../faults/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { ownIdentity } from '../os/processes.js';
import { isOpen, openTickets, readTicket, withTicket, writeTicket } from '../tickets/store.js';

/** Another caller of the same ticket is waited for this long. */
const TICKET_LIMIT_MS = 30_000;

export function faultOf(faults: readonly Fault[], kind: string): Fault {
  const fault = faults.find((f) => f.kind === kind);
  if (fault !== undefined) return fault;
  throw new ChaosError('INJECT_FAILED', `expected a fault of ${faults.map((f) => f.kind).join(', ')}, got ${kind}`);
}

/** The target of a scenario must exist on this cluster; the error lists what does. */
export function checkTarget(fault: Fault, scenario: Scenario, targets: Targets): void {
  const known = fault.targetKind === 'broker' ? targets.brokers : targets.interfaces;
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

/** The ticket that an earlier attempt, whose worker died, has left: nothing was done by it yet. Its time begins anew. */
function plannedBefore(plan: RunPlan, scenario: Scenario): FaultTicket | undefined {
  return openTickets(plan.clusterDir).find(
    (ticket) => ticket.state === 'planned' && ticket.runId === plan.runId && ticket.scenario === scenario.name,
  );
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
  refuseIfDirty(plan.clusterDir);
  checkTarget(fault, scenario, await driver.targets(plan.clusterDir));
  const reason = await fault.available(cluster);
  if (reason !== undefined) throw new ChaosError('INJECT_FAILED', `${fault.kind} cannot be done here: ${reason}`);
  const decided = await fault.plan(scenario, cluster);
  const planned = now();
  const endUs = planned.us + (plan.timing.faultWindowMs + plan.timing.faultGraceMs) * 1000;
  const ticket: FaultTicket = {
    ...decided,
    faultId: plannedBefore(plan, scenario)?.faultId ?? `${scenario.name}-${randomUUID().slice(0, 8)}`,
    kind: fault.kind,
    params: scenario.params,
    scenario: scenario.name,
    target: scenario.target,
    runId: plan.runId,
    runDir: plan.runDir,
    clusterDir: plan.clusterDir,
    driver: driver.name,
    bootId: ownIdentity().bootId,
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
  writeTicket(ticket);
  return ticket;
}

export function mustReadTicket(clusterDir: string, faultId: string): FaultTicket {
  const ticket = readTicket(clusterDir, faultId);
  if (ticket === undefined) throw new ChaosError('INJECT_FAILED', `no ticket ${faultId} in ${clusterDir}`);
  return ticket;
}

/**
 * Does what the ticket says, once a living keeper has read it. Called again after a crash in the middle it finishes the work; a ticket that was
 * recovered meanwhile, or is being, is refused.
 */
export async function injectFault(
  faults: readonly Fault[],
  clusterDir: string,
  faultId: string,
  driver: ClusterDriver,
  confirm: (clusterDir: string, faultId: string) => Promise<void>,
): Promise<FaultTicket> {
  if (mustReadTicket(clusterDir, faultId).state === 'planned') await confirm(clusterDir, faultId);
  return withTicket(clusterDir, faultId, TICKET_LIMIT_MS, async () => {
    const ticket = mustReadTicket(clusterDir, faultId);
    if (ticket.state === 'injected') return ticket;
    refuseIfOver(ticket);
    const { at, us } = now();
    const acting: FaultTicket = {
      ...ticket,
      state: 'injecting',
      injectedAt: ticket.injectedAt ?? at,
      injectedUs: ticket.injectedUs ?? us,
    };
    writeTicket(acting);
    await faultOf(faults, ticket.kind).inject(acting, { dir: clusterDir, driver });
    const done: FaultTicket = { ...acting, state: 'injected' };
    writeTicket(done);
    return done;
  });
}

function refuseIfOver({ faultId, state, recoveredBy }: FaultTicket): void {
  if (state === 'recovered') {
    throw new ChaosError(
      'INJECT_FAILED',
      `${faultId} was recovered by the ${String(recoveredBy)} before it was injected`,
    );
  }
  if (state === 'stuck') throw new ChaosError('INJECT_FAILED', `${faultId} is being recovered, and is stuck`);
}

export interface Observation {
  readonly observed: boolean;
  readonly evidence: readonly Evidence[];
  readonly leaders: readonly LeaderChange[];
}

/** Looks again and again until the fault is seen to bite, or the limit is over. The first sight of each new leader is kept, with its time. */
export async function observeFault(
  faults: readonly Fault[],
  clusterDir: string,
  faultId: string,
  driver: ClusterDriver,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Observation> {
  const ticket = mustReadTicket(clusterDir, faultId);
  const fault = faultOf(faults, ticket.kind);
  const end = monotonicUs() + limitMs * 1000;
  const first = new Map<string, LeaderChange>();
  for (;;) {
    const look = await fault.probe(ticket, { dir: clusterDir, driver });
    for (const change of look.leaders) {
      if ((first.get(change.group)?.to ?? null) === null) first.set(change.group, change);
    }
    const done = look.biting || monotonicUs() > end;
    if (done) return { observed: look.biting, evidence: look.evidence, leaders: [...first.values()] };
    await sleepMs(50, signal);
  }
}

/**
 * Keeps a fault in force until its window is over, renewing the deadline that the keeper watches, never past the hard cap. True if it was not seen in
 * force to the end: somebody recovered it, or what it rests on is gone (the proxies were killed, the broker was started). Asked again, since its
 * answer got lost with a worker or the server, it does not take the time for held in which nobody looked.
 */
export async function holdFault(
  faults: readonly Fault[],
  clusterDir: string,
  faultId: string,
  driver: ClusterDriver,
  windowMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const ticket = mustReadTicket(clusterDir, faultId);
    const endUs = (ticket.injectedUs ?? 0) + windowMs * 1000;
    if (ticket.state === 'recovered') return (ticket.seenOnUs ?? 0) < endUs;
    const lookUs = monotonicUs();
    if (!(await isInForce(faults, ticket, driver))) return true;
    await noteInForce(clusterDir, faultId, lookUs);
    if (lookUs >= endUs) return false;
    await sleepMs(Math.min(1000, Math.max(10, (endUs - monotonicUs()) / 1000)), signal);
  }
}

/** What cannot be looked at is not in force: nobody may say that it was. */
const isInForce = (faults: readonly Fault[], ticket: FaultTicket, driver: ClusterDriver): Promise<boolean> =>
  faultOf(faults, ticket.kind)
    .isInForce(ticket, { dir: ticket.clusterDir, driver })
    .catch(() => false);

/** Enters the look, and renews the deadline. */
const noteInForce = (clusterDir: string, faultId: string, seenOnUs: number): Promise<void> =>
  withTicket(clusterDir, faultId, TICKET_LIMIT_MS, () => {
    const ticket = mustReadTicket(clusterDir, faultId);
    const renewedUs = Math.min(ticket.hardCapUs, monotonicUs() + ticket.graceMs * 1000);
    const deadlineUs = Math.max(ticket.deadlineUs, renewedUs);
    if (isOpen(ticket)) writeTicket({ ...ticket, seenOnUs, deadlineUs });
    return Promise.resolve();
  });
