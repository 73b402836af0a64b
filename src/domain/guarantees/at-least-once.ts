import { judgementOf, undecidedBecause, type Guarantee, type Violation } from './guarantee.js';
import { byMessage, isAccepted, type Ack } from './history.js';

/** Of which nobody can demand anything: sessions that ended, or subscribers that came later, are judged by `session` and `reach`. */
export const atLeastOnce: Guarantee = {
  name: 'at-least-once',
  rule: 'Every QoS 1 message that the broker acknowledged reaches the subscriber.',
  section: '4.3.2',
  needs: 'PUBACK and first receipt of every message',
  unknown: 'A message without a PUBACK may arrive or not.',
  judge({ acks, receipts, subscriptions, endUs }) {
    const seen = byMessage(acks)
      .all()
      .flatMap((list) => list.find((ack) => ack.step === 'puback' && isAccepted(ack)) ?? []);
    if (seen.length === 0) return undecidedBecause('no QoS 1 message was acknowledged');
    if (subscriptions.length === 0 && receipts.length === 0) return undecidedBecause('nobody subscribed');
    const received = byMessage(receipts);
    const violations = seen.flatMap((first) => (received.of(first).length > 0 ? [] : [lost(first, endUs)]));
    return judgementOf({ checked: seen.length, violations });
  },
};

const lost = (ack: Ack, endUs: number): Violation => ({
  text: `${ack.publisher}'s message ${ack.seq} on ${ack.topic} was acknowledged and never received`,
  moments: [
    { us: ack.us, who: ack.publisher, what: 'ack', text: `PUBACK ${ack.seq}` },
    { us: endUs, who: 'subscriber', what: 'never', text: `${ack.seq} never came` },
  ],
});
