import { injectorNamed } from '../injectors/index.js';
import type { Injection } from '../injectors/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import type { Fault } from './contract.js';

/** What a fault leaves to its ticket's injector: to begin it, to see whether it is wholly in force, and whether it outlives its cluster. */
export const byInjector = (
  injectionOf: (ticket: FaultTicket) => Injection,
): Required<Pick<Fault, 'inject' | 'isInForce' | 'outlivesCluster'>> => ({
  inject: (ticket, cluster) => injectorNamed(ticket.injector).inject(injectionOf(ticket), cluster),
  isInForce: (ticket, cluster) => injectorNamed(ticket.injector).isWhole(injectionOf(ticket), cluster),
  outlivesCluster: (ticket) => injectorNamed(ticket.injector).outlivesCluster,
});
