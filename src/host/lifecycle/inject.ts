import { ChaosError } from '../../domain/errors.js';
import { now } from '../os/clock.js';
import { refuseFullDisk } from '../tickets/lease.js';
import { refuseNewerCluster } from '../tickets/newer.js';
import { withTicket, writeTicket } from '../tickets/store.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { clusterOf, faultOf, mustReadTicket, TICKET_LIMIT_MS, type FaultHandle } from './fault-handle.js';

/**
 * Does what the ticket says, once a living keeper has read it. Called again after a crash in the middle it finishes the work; a ticket that was
 * recovered meanwhile, or is being, is refused.
 */
export async function injectFault(
  handle: FaultHandle,
  confirmKeeper: (clusterDir: string, faultId: string) => Promise<void>,
): Promise<FaultTicket> {
  const { faults, clusterDir, faultId, driver } = handle;
  refuseNewerCluster(clusterDir);
  refuseFullDisk(clusterDir);
  if (mustReadTicket(handle).state === 'planned') await confirmKeeper(clusterDir, faultId);
  return withTicket(clusterDir, faultId, TICKET_LIMIT_MS, async () => {
    const ticket = mustReadTicket(handle);
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
    await faultOf(faults, ticket.kind).inject(acting, clusterOf(faults, acting, driver));
    // With the steps that it has noted.
    const done: FaultTicket = { ...mustReadTicket(handle), state: 'injected' };
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
