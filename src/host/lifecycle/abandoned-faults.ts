import type { Fault } from '../faults/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { recoverTicket, type Recoverer } from './recover.js';
import { isDue } from '../tickets/store.js';

/** What became of a ticket that was left open. */
export interface AbandonedFault {
  readonly ticket: FaultTicket;
  /** Null: recovered. */
  readonly error: string | null;
}

/** Recovers what nobody will: tickets past their deadline, and those that `isAbandoned` knows to belong to nobody. Leaves all others alone. */
export async function recoverAbandoned(
  faults: readonly Fault[],
  tickets: readonly FaultTicket[],
  by: Recoverer,
  isAbandoned: (ticket: FaultTicket) => Promise<boolean>,
): Promise<AbandonedFault[]> {
  const done: AbandonedFault[] = [];
  for (const ticket of tickets) {
    const abandoned = !isDue(ticket) && (await isAbandoned(ticket));
    if (!abandoned && !isDue(ticket)) continue;
    const { clusterDir, faultId, recoveryBudgetMs } = ticket;
    const error = await recoverTicket(
      { faults, clusterDir, faultId },
      by,
      recoveryBudgetMs,
      (now) => abandoned || isDue(now),
    ).then(
      () => null,
      (reason: unknown) => String(reason),
    );
    done.push({ ticket, error });
  }
  return done;
}
