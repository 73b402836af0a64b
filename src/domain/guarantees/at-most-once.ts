import { judgementOf, undecidedBecause, type Guarantee, type Violation } from './guarantee.js';
import { byMessage, type Receipt, type Send } from './history.js';
import { copiesAllowed, subscribersOf } from './subscribers.js';

/** Retained copies are not counted: each SUBSCRIBE may bring one. */
export const atMostOnce: Guarantee = {
  name: 'at-most-once',
  rule: 'A QoS 0 message that was handed over once comes to a client at most once on one connection, or once for each of its filters that match.',
  section: '4.3.1, 3.3.5',
  needs: 'every hand-over and every receipt, with its connection',
  unknown: 'Which hand-over a copy is of, where a message was handed over more than once.',
  judge({ recorded, sends, receipts, subscriptions }) {
    if (!recorded.everySend) return undecidedBecause('only the first hand-over of each message was recorded');
    if (!recorded.everyReceipt) return undecidedBecause('only the first receipt of each message was recorded');
    const received = byMessage(receipts);
    const subscribers = subscribersOf(subscriptions);
    const violations: Violation[] = [];
    const count = { handedOver: 0, checked: 0, lost: 0, undecided: 0, laterConnection: 0 };
    for (const handovers of byMessage(sends).all()) {
      const [first] = handovers;
      if (first === undefined || handovers.some(({ qos }) => qos !== 0)) continue;
      const matching = subscribers(first.topic);
      const copies = received.of(first);
      if (copies.length > 0 || matching.size > 0) count.handedOver += 1;
      if (copies.length === 0 && matching.size > 0) count.lost += 1;
      const clients = byReader(copies.filter(({ retain }) => !retain));
      if (clients.size > 0) count.checked += 1;
      for (const [client, connections] of clients) {
        if (connections.size > 1) count.laterConnection += 1;
        const allowed = copiesAllowed(matching.get(client));
        const tooMany = [...connections.values()].filter((list) => list.length > Math.max(1, allowed));
        if (handovers.length > 1 || allowed === 0) count.undecided += tooMany.length;
        else violations.push(...tooMany.map((list) => repeated(first, list)));
      }
    }
    return judgementOf({ ...count, violations, why: whyOf(count) });
  },
};

/** The copies by client, and by connection. */
function byReader(receipts: readonly Receipt[]): Map<string, Map<number, Receipt[]>> {
  const clients = new Map<string, Map<number, Receipt[]>>();
  for (const receipt of receipts) {
    const connections = clients.get(receipt.client) ?? new Map<number, Receipt[]>();
    clients.set(receipt.client, connections);
    const list = connections.get(receipt.connection);
    if (list === undefined) connections.set(receipt.connection, [receipt]);
    else list.push(receipt);
  }
  return clients;
}

const whyOf = (count: { handedOver: number; lost: number; undecided: number; laterConnection: number }): string =>
  [
    count.lost > 0 ? `${count.lost} of ${count.handedOver} never came, which QoS 0 allows` : '',
    count.laterConnection > 0 ? `${count.laterConnection} came again on another connection, which is not judged` : '',
    count.undecided > 0
      ? `${count.undecided} came more than once, but were handed over more than once, or the client's filters are not known`
      : '',
  ]
    .filter((part) => part !== '')
    .join('; ');

function repeated(sent: Send, copies: readonly Receipt[]): Violation {
  const { publisher, topic, seq } = sent;
  const reader = copies[0]?.client ?? '';
  return {
    text: `${publisher}'s message ${seq} on ${topic} was handed over once, and ${reader} received it ${copies.length} times on one connection`,
    moments: [
      { us: sent.us, who: publisher, what: 'send', text: `sends ${seq}` },
      ...copies.map(({ us }) => ({ us, who: reader, what: 'receive' as const, text: `receives ${seq}` })),
    ],
  };
}
