import type { FaultRecord, LeaderChange } from '../../domain/fault-record.js';
import { monotonicUs, sleepMs } from '../os/clock.js';
import { refuseFullDisk } from '../tickets/lease.js';
import { isOpen, withTicket, writeTicket } from '../tickets/store.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { clusterOf, faultOf, mustReadTicket, TICKET_LIMIT_MS, type FaultHandle } from './fault-handle.js';

/** Looks again and again until the fault is seen to bite, or the limit is over. The first sight of each new leader is kept, with its time. */
export async function observeFault(
  handle: FaultHandle,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Pick<FaultRecord, 'observed' | 'bite' | 'leaders'>> {
  const { faults, driver } = handle;
  const ticket = mustReadTicket(handle);
  const fault = faultOf(faults, ticket.kind);
  const end = monotonicUs() + limitMs * 1000;
  const first = new Map<string, LeaderChange>();
  for (;;) {
    const look = await fault.probe(ticket, clusterOf(faults, ticket, driver));
    for (const change of look.leaders) {
      if ((first.get(change.group)?.to ?? null) === null) first.set(change.group, change);
    }
    const done = look.biting || monotonicUs() > end;
    if (done) return { observed: look.biting, bite: look.evidence, leaders: [...first.values()] };
    await sleepMs(50, signal);
  }
}

/**
 * Keeps a fault in force until its window is over, renewing the deadline that the keeper watches, never past the hard cap. True if it was not seen in
 * force to the end: somebody recovered it, or what it rests on is gone (the proxies were killed, the broker was started). Asked again, since its
 * answer got lost with a worker or the server, it does not take the time for held in which nobody looked. Throws DISK_FULL as soon as the disk is.
 */
export async function holdFault(handle: FaultHandle, windowMs: number, signal?: AbortSignal): Promise<boolean> {
  for (;;) {
    refuseFullDisk(handle.clusterDir);
    const ticket = mustReadTicket(handle);
    const endUs = (ticket.injectedUs ?? 0) + windowMs * 1000;
    if (ticket.state === 'recovered') return (ticket.seenOnUs ?? 0) < endUs;
    const lookUs = monotonicUs();
    if (!(await isInForce(handle, ticket))) return true;
    await noteInForce(handle, lookUs);
    if (lookUs >= endUs) return false;
    await sleepMs(Math.min(1000, Math.max(10, (endUs - monotonicUs()) / 1000)), signal);
  }
}

/** What cannot be looked at is not in force: nobody may say that it was. */
const isInForce = ({ faults, driver }: FaultHandle, ticket: FaultTicket): Promise<boolean> =>
  faultOf(faults, ticket.kind)
    .isInForce(ticket, clusterOf(faults, ticket, driver))
    .catch(() => false);

/** Enters the look, and renews the deadline. */
const noteInForce = (handle: FaultHandle, seenOnUs: number): Promise<void> =>
  withTicket(handle.clusterDir, handle.faultId, TICKET_LIMIT_MS, () => {
    const ticket = mustReadTicket(handle);
    const renewedUs = Math.min(ticket.hardCapUs, monotonicUs() + ticket.graceMs * 1000);
    const deadlineUs = Math.max(ticket.deadlineUs, renewedUs);
    if (isOpen(ticket)) writeTicket({ ...ticket, seenOnUs, deadlineUs });
    return Promise.resolve();
  });
