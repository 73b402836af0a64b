import { ChaosError } from '../../domain/errors.js';
import type { ClusterDriver, FaultCluster } from '../drivers/contract.js';
import type { Fault } from '../faults/contract.js';
import { readTicket } from '../tickets/store.js';
import { othersOn } from './also-on.js';
import type { FaultTicket } from '../tickets/ticket.js';

/** One fault by its ticket: what every step of its life is asked about. */
export interface FaultHandle {
  readonly faults: readonly Fault[];
  readonly clusterDir: string;
  readonly faultId: string;
  readonly driver: ClusterDriver;
}

/** Another caller of the same ticket is waited for this long, in ms. */
export const TICKET_LIMIT_MS = 30_000;

export function faultOf(faults: readonly Fault[], kind: string): Fault {
  const fault = faults.find((f) => f.kind === kind);
  if (fault !== undefined) return fault;
  throw new ChaosError('INJECT_FAILED', `expected a fault of ${faults.map((f) => f.kind).join(', ')}, got ${kind}`);
}

/** The ticket as it is on disk now. */
export function mustReadTicket({ clusterDir, faultId }: Pick<FaultHandle, 'clusterDir' | 'faultId'>): FaultTicket {
  const ticket = readTicket(clusterDir, faultId);
  if (ticket === undefined) throw new ChaosError('INJECT_FAILED', `no ticket ${faultId} in ${clusterDir}`);
  return ticket;
}

/** The cluster of a ticket, as its fault sees it: with the faults that are on beside it. */
export const clusterOf = (faults: readonly Fault[], ticket: FaultTicket, driver: ClusterDriver): FaultCluster => ({
  dir: ticket.clusterDir,
  driver,
  others: () => othersOn(faults, ticket),
});
