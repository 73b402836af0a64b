import type { Ledger } from './ledger.js';

/** So many receipts of different messages of one other schedule are no accident. */
const RECEIPTS_NEEDED = 3;
/** Clients round to whole microseconds. */
const ROUNDING_US = 2;

/**
 * Why it must be that a second copy of a client publishes in its name, in words; null where its ledger does not show that. Message `i` of a client is due at
 * `t0 + i / rate`, and its payload says so. Receipts that lie on one such schedule with another `t0` were sent by somebody: a broker that damages payloads does
 * not make a schedule out of them, and one that only changes `seq` leaves a time at which some message of this client was due.
 */
export function secondCopyIn({ schedule, impostors = [] }: Pick<Ledger, 'schedule' | 'impostors'>): string | null {
  if (schedule === undefined) return null;
  const { t0Us, rate } = schedule;
  const dueUs = (seq: number): number => t0Us + Math.trunc((seq * 1e6) / rate);
  const isOwnTime = (us: number): boolean => us === dueUs(Math.round(((us - t0Us) * rate) / 1e6));
  const strange = impostors.filter(({ unexpected }) => !isOwnTime(unexpected.intended_us));
  const apart = strange.map(({ unexpected: { seq, intended_us } }) => ({ seq, byUs: intended_us - dueUs(seq) }));
  for (const { byUs } of apart) {
    const seqs = new Set(apart.flatMap((other) => (Math.abs(other.byUs - byUs) <= ROUNDING_US ? [other.seq] : [])));
    if (seqs.size < RECEIPTS_NEEDED) continue;
    const when = `${(Math.abs(byUs) / 1e6).toFixed(1)} s ${byUs < 0 ? 'before' : 'after'} it`;
    return `another client uses this client id and publishes to its topic: it received messages in its own name that it did not send, of a copy that began ${when}`;
  }
  return null;
}
