import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault, FaultTicket } from './faults/contract.js';
import { dataPaths } from './paths.js';
import { recoverTicket, type Recoverer } from './recovery.js';
import { isDue, isOpen, listTickets } from './tickets.js';

/** Every ticket on this host, of whatever cluster of this data folder: also of faults that are over. */
export function ticketsOnHost(dataRoot: string): FaultTicket[] {
  const { clusters } = dataPaths(dataRoot);
  if (!existsSync(clusters)) return [];
  return readdirSync(clusters).flatMap((name) => listTickets(join(clusters, name)));
}

/** Those that are not over. */
export const openOnHost = (dataRoot: string): FaultTicket[] => ticketsOnHost(dataRoot).filter(isOpen);

/** What became of a ticket that was left open. */
export interface LeftOpen {
  readonly ticket: FaultTicket;
  /** Null: recovered. */
  readonly error: string | null;
}

/** Recovers what nobody will: tickets past their deadline, and those that `isLeft` knows to belong to nobody. Leaves all others alone. */
export async function recoverLeftOpen(
  faults: readonly Fault[],
  tickets: readonly FaultTicket[],
  by: Recoverer,
  isLeft: (ticket: FaultTicket) => Promise<boolean>,
): Promise<LeftOpen[]> {
  const done: LeftOpen[] = [];
  for (const ticket of tickets) {
    if (!isDue(ticket) && !(await isLeft(ticket))) continue;
    const { clusterDir, faultId, recoveryBudgetMs } = ticket;
    const error = await recoverTicket(faults, clusterDir, faultId, by, recoveryBudgetMs).then(
      () => null,
      (reason: unknown) => String(reason),
    );
    done.push({ ticket, error });
  }
  return done;
}

/** One line about a fault for people: what, where, whose, since when, until when. */
export function describeTicket(ticket: FaultTicket): string {
  const { faultId, kind, injector, targets, runId, state, injectedAt, plannedAt } = ticket;
  const since = injectedAt === null ? `planned ${plannedAt}` : `since ${injectedAt}`;
  return `${faultId}: ${kind} by ${injector} on ${targets.join(', ')}, ${state}, ${since}, until ${deadlineAt(ticket)}, run ${runId}`;
}

/** The deadline as a time of day: of this boot's clock, or over with its boot. */
function deadlineAt({ plannedAt, plannedUs, deadlineUs }: FaultTicket): string {
  return new Date(Date.parse(plannedAt) + (deadlineUs - plannedUs) / 1000).toISOString();
}
