import { messageOf } from '../../domain/errors.js';
import { driverNamed } from '../drivers/index.js';
import type { Fault } from '../faults/contract.js';
import type { Seen } from '../tickets/awareness.js';
import type { FaultTicket } from '../tickets/ticket.js';

/** Why this program could not end the fault of a ticket that it can read: a newer program planned it. Undefined if it knows everything that the ticket names. */
export function whyUnknown(ticket: FaultTicket, faults: readonly Fault[]): string | undefined {
  const fault = faults.find(({ kind }) => kind === ticket.kind);
  if (fault === undefined) return `it does not know the fault ${ticket.kind}`;
  try {
    driverNamed(ticket.driver);
    // An injector is looked up by its name.
    fault.outlivesCluster?.(ticket);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** For which faults a keeper vouches, and for which it cannot. */
export function vouched(tickets: readonly FaultTicket[], faults: readonly Fault[]): Seen {
  const unknown = new Map(
    tickets.flatMap((ticket) => {
      const why = whyUnknown(ticket, faults);
      return why === undefined ? [] : [[ticket.faultId, why] as const];
    }),
  );
  const faultIds = tickets.map(({ faultId }) => faultId).filter((faultId) => !unknown.has(faultId));
  return { faultIds, unknown: Object.fromEntries(unknown) };
}
