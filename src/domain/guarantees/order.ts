import { judgementOf, undecidedBecause, type Guarantee, type Violation } from './guarantee.js';
import { shareOf } from './filter.js';
import { byMessage, inserted, isAccepted, type Ack, type History, type Qos, type Send } from './history.js';
import { subscribersOf } from './subscribers.js';

/** One message as one subscriber got it. */
interface Passage {
  /** Its first hand-over. */
  readonly sent: Send;
  readonly reader: string;
  /** The last step of its acknowledgement; infinite: never. */
  readonly ackedUs: number;
  /** The first receipt. */
  receivedUs: number;
}

/**
 * An inversion is a violation only where the first message was acknowledged before the second was first sent: messages that are in flight together
 * may be handed over again in another order than they were generated. Those are counted, and not judged. A shared subscription has no order
 * (4.6 of MQTT 5): what one member leaves comes to another one late.
 */
export const order: Guarantee = {
  name: 'order',
  rule: 'Messages of one publisher, topic and QoS are first received in the order in which they were first sent.',
  section: '4.6',
  needs: 'first hand-over, acknowledgement and first receipt of every message',
  unknown:
    'Messages that were in flight together: who of them was first at the broker. What comes to a member of a shared subscription, which has no order.',
  judge(history) {
    const lanes = lanesOf(history);
    const compared = lanes.reduce((sum, lane) => sum + Math.max(0, lane.length - 1), 0);
    if (compared === 0) return undecidedBecause('no two messages of one publisher, topic and QoS were received');
    const violations = lanes.flatMap(overtakenIn);
    const inFlight = lanes.reduce((sum, lane) => sum + inversionsOf(lane), 0) - violations.length;
    const why = inFlight > 0 ? `${inFlight} inversions of messages in flight together, not judged` : '';
    return judgementOf({ checked: compared, violations, why });
  },
};

/** Messages that were sent and received, by publisher, topic, QoS and subscriber, in the order of their first send. */
function lanesOf({ sends, acks, receipts, subscriptions }: History): Passage[][] {
  const [acked, received] = [byMessage(acks), byMessage(receipts)];
  const subscribers = subscribersOf(subscriptions);
  const isMember = (reader: string, topic: string): boolean =>
    subscribers(topic)
      .get(reader)
      ?.some(({ filter }) => shareOf(filter) !== null) === true;
  const lanes: Lanes = new Map();
  for (const [sent] of byMessage(sends).all()) {
    if (sent === undefined) continue;
    const ackedUs = firstAck(acked.of(sent));
    for (const { client: reader, us, retain } of received.of(sent)) {
      // A retained copy answers a SUBSCRIBE, and stands in no order with what is published meanwhile.
      if (retain || isMember(reader, sent.topic)) continue;
      const lane = laneOf(lanes, sent, reader);
      const last = lane.at(-1);
      if (last?.sent === sent) last.receivedUs = Math.min(us, last.receivedUs);
      else lane.push({ sent, reader, ackedUs, receivedUs: us });
    }
  }
  return [...lanes.values()]
    .flatMap((topics) =>
      [...topics.values()].flatMap((readers) => [...readers.values()].flatMap((held) => Object.values(held))),
    )
    .map((lane) => lane.sort((a, b) => a.sent.us - b.sent.us));
}

/** By publisher, topic, subscriber and QoS. */
type Lanes = Map<string, Map<string, Map<string, Record<Qos, Passage[]>>>>;

function laneOf(lanes: Lanes, { publisher, topic, qos }: Send, reader: string): Passage[] {
  const readers = inserted(inserted(lanes, publisher), topic);
  const held = readers.get(reader) ?? { 0: [], 1: [], 2: [] };
  readers.set(reader, held);
  return held[qos];
}

/** Of the last step of a message. */
const firstAck = (acks: readonly Ack[]): number =>
  acks.reduce((us, ack) => (ack.step !== 'pubrec' && isAccepted(ack) ? Math.min(us, ack.us) : us), Infinity);

/** Each message that was received before one that had been acknowledged before it was sent. */
function overtakenIn(lane: readonly Passage[]): Violation[] {
  const byAck = lane.filter(({ ackedUs }) => ackedUs < Infinity).sort((a, b) => a.ackedUs - b.ackedUs);
  const violations: Violation[] = [];
  let latest: Passage | undefined;
  let next = 0;
  for (const later of lane) {
    for (let earlier = byAck[next]; earlier !== undefined && earlier.ackedUs < later.sent.us; earlier = byAck[next]) {
      if (latest === undefined || earlier.receivedUs > latest.receivedUs) latest = earlier;
      next += 1;
    }
    if (latest !== undefined && later.receivedUs < latest.receivedUs) violations.push(overtaken(latest, later));
  }
  return violations;
}

const overtaken = (earlier: Passage, later: Passage): Violation => ({
  text: `${later.sent.publisher}'s message ${later.sent.seq} on ${later.sent.topic} was first sent after ${earlier.sent.seq} had been acknowledged, and ${later.reader} received it first`,
  moments: [
    { us: earlier.sent.us, who: earlier.sent.publisher, what: 'send', text: `sends ${earlier.sent.seq}` },
    { us: earlier.ackedUs, who: earlier.sent.publisher, what: 'ack', text: `${earlier.sent.seq} acknowledged` },
    { us: later.sent.us, who: later.sent.publisher, what: 'send', text: `sends ${later.sent.seq}` },
    { us: later.receivedUs, who: later.reader, what: 'receive', text: `receives ${later.sent.seq}` },
    { us: earlier.receivedUs, who: earlier.reader, what: 'receive', text: `receives ${earlier.sent.seq}` },
  ],
});

/** Messages that were received before one that was first sent before them. */
function inversionsOf(lane: readonly Passage[]): number {
  let latest = -Infinity;
  let count = 0;
  for (const { receivedUs } of lane) {
    if (receivedUs < latest) count += 1;
    latest = Math.max(latest, receivedUs);
  }
  return count;
}
