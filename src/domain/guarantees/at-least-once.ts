import { judgementOf, undecidedBecause, type Guarantee, type Violation } from './guarantee.js';
import { shareOf } from './filter.js';
import { byMessage, isAccepted, type Ack, type History, type Subscription } from './history.js';
import { subscribersOf } from './subscribers.js';

/**
 * That some subscriber has it is enough: what each one is owed is judged by `session` and `reach`, what members of a shared subscription are owed together by `shared`,
 * and retained values, which nobody need have asked for, by `retained`.
 */
export const atLeastOnce: Guarantee = {
  name: 'at-least-once',
  rule: 'Every QoS 1 message that the broker acknowledged reaches a subscriber that had subscribed before it was sent.',
  section: '4.3.2',
  needs: 'PUBACK and first receipt of every message',
  unknown: 'A message without a PUBACK may arrive or not.',
  judge(history) {
    const { acks, receipts, subscriptions, endUs } = history;
    const acknowledged: Ack[] = [];
    for (const answers of byMessage(acks).all()) {
      const puback = answers.find((ack) => ack.step === 'puback' && isAccepted(ack));
      if (puback !== undefined) acknowledged.push(puback);
    }
    if (acknowledged.length === 0) return undecidedBecause('no QoS 1 message was acknowledged');
    if (subscriptions.length === 0 && receipts.length === 0) return undecidedBecause('nobody subscribed');
    const isShared = sharedIn(history);
    const judged = acknowledged.filter(({ topic }) => !isShared(topic));
    if (judged.length === 0) return undecidedBecause('only members of shared subscriptions asked for QoS 1 messages');
    const received = byMessage(receipts);
    const isOwed = owedIn(history);
    const missing = judged.filter((ack) => received.of(ack).length === 0);
    const owed = missing.filter(isOwed);
    const violations = owed.map((ack) => lost(ack, endUs));
    return judgementOf({ checked: judged.length - missing.length + owed.length, violations });
  },
};

/** Did nobody but members of shared subscriptions ask for this topic? A broker may lack those. */
function sharedIn({ subscriptions }: History): (topic: string) => boolean {
  const subscribers = subscribersOf(subscriptions);
  const known = new Map<string, boolean>();
  return (topic) => {
    const held = known.get(topic);
    if (held !== undefined) return held;
    const matching = [...subscribers(topic).values()].flat();
    const isShared = matching.length > 0 && matching.every(({ filter }) => shareOf(filter) !== null);
    known.set(topic, isShared);
    return isShared;
  };
}

/**
 * Had anybody subscribed to it before it was first sent? A subscription whose times were not recorded stood before, by the contract of the clients. One of QoS 0 is owed nothing, nor is one
 * that ended with its connection: a client of a crowd that is thrown out, and has no session, rightly misses what comes meanwhile.
 */
function owedIn({ sends, subscriptions, connections }: History): (message: Ack) => boolean {
  const sent = byMessage(sends);
  const ended = new Set(connections.filter(({ expiryS, closedUs }) => expiryS === 0 && closedUs !== null).map(placeOf));
  const isKept = (one: Subscription): boolean =>
    [1, 2, null].includes(one.granted) && !ended.has(placeOf({ ...one, number: one.connection }));
  const subscribers = subscribersOf(subscriptions.filter(isKept));
  const sinceUs = ({ sentUs, answeredUs }: Subscription): number => answeredUs ?? (sentUs === null ? 0 : Infinity);
  return (message) => {
    const [first] = sent.of(message);
    const us = first?.us ?? message.us;
    const isAwaited = [...subscribers(message.topic).values()].flat().some((one) => sinceUs(one) <= us);
    return first?.retain !== true && isAwaited;
  };
}

const placeOf = ({ client, number }: { readonly client: string; readonly number: number }): string =>
  `${number} ${client}`;

const lost = (ack: Ack, endUs: number): Violation => ({
  text: `${ack.publisher}'s message ${ack.seq} on ${ack.topic} was acknowledged and never received`,
  moments: [
    { us: ack.us, who: ack.publisher, what: 'ack', text: `PUBACK ${ack.seq}` },
    { us: endUs, who: 'subscriber', what: 'never', text: `${ack.seq} never came` },
  ],
});
