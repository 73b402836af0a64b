import { existsSync, readdirSync, rmSync } from 'node:fs';
import { monotonicUs } from '../os/clock.js';
import { withLock } from '../os/lock.js';
import { ownIdentity } from '../os/processes.js';
import { newerAmong, readStored, removeStored, writeStored } from '../os/stored.js';
import { clusterDir as clusterDirOf, clusterPaths, dataPaths, runPaths } from '../layout/paths.js';
import type { FaultTicket } from './ticket.js';

/** Tickets lie in the cluster's state folder while they are open and after, until the next run (`removeOver`); a copy is in the run's folder. */
export const readTicket = (clusterDir: string, faultId: string): FaultTicket | undefined =>
  readStored<FaultTicket>('ticket', clusterPaths(clusterDir).ticket(faultId));

/** Written and synced to disk when this returns. */
export function writeTicket(ticket: FaultTicket): void {
  writeStored('ticket', clusterPaths(ticket.clusterDir).ticket(ticket.faultId), ticket);
  writeStored('ticket', runPaths(ticket.runDir).ticket(ticket.faultId), ticket);
}

/** Ids of all tickets, also of those that this program cannot read. */
export function ticketIds(clusterDir: string): string[] {
  const folder = clusterPaths(clusterDir).faults;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length));
}

/** Those that this program can read. Who acts on a cluster asks `refuseNewer` first. */
export const listTickets = (clusterDir: string): FaultTicket[] =>
  ticketIds(clusterDir).flatMap((faultId) => {
    const isNewer = newerAmong([{ kind: 'ticket', path: clusterPaths(clusterDir).ticket(faultId) }]).length > 0;
    return (isNewer ? undefined : readTicket(clusterDir, faultId)) ?? [];
  });

/** Its fault may still be in force. */
export const isOpen = ({ state }: FaultTicket): boolean => state !== 'recovered';

export const openTickets = (clusterDir: string): FaultTicket[] => listTickets(clusterDir).filter(isOpen);

/**
 * Takes away the tickets of faults that are over, but for those of this run, which are not planned twice. A keeper reads them all four times a second, so they
 * must not become more and more. Nobody waits for the lock of such a fault: whoever still comes finds nothing to be done.
 */
export function removeOver(clusterDir: string, runId: string): void {
  for (const ticket of listTickets(clusterDir)) {
    if (isOpen(ticket) || ticket.runId === runId) continue;
    const paths = clusterPaths(clusterDir);
    removeStored('ticket', paths.ticket(ticket.faultId));
    rmSync(paths.ticketLock(ticket.faultId), { force: true });
  }
}

/** Every ticket on this host, of whatever cluster of this data folder: also of faults that are over. */
export function ticketsOnHost(dataRoot: string): FaultTicket[] {
  const { clusters } = dataPaths(dataRoot);
  if (!existsSync(clusters)) return [];
  return readdirSync(clusters).flatMap((name) => listTickets(clusterDirOf(dataRoot, name)));
}

/** Those that are not over. */
export const openOnHost = (dataRoot: string): FaultTicket[] => ticketsOnHost(dataRoot).filter(isOpen);

/** Past its deadline, or of an earlier life of this host. */
export const isDue = (ticket: FaultTicket): boolean =>
  monotonicUs() > ticket.deadlineUs || ticket.bootId !== ownIdentity().bootId;

/** Exclusive use of one ticket: inject, renew and recover never overlap, from any process. */
export const withTicket = <T>(
  clusterDir: string,
  faultId: string,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> => withLock(clusterPaths(clusterDir).ticketLock(faultId), limitMs, work);

/** Exclusive use of all tickets of a cluster: no scenario gets two. */
export const withTickets = <T>(clusterDir: string, work: () => Promise<T>): Promise<T> =>
  withLock(clusterPaths(clusterDir).ticketsLock, 30_000, work);

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
