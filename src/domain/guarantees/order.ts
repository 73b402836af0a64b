import { judgementOf, undecidedBecause, type Guarantee, type Violation } from './guarantee.js';
import { byMessage, isAccepted, type Ack, type History, type MessageId, type Receipt, type Send } from './history.js';

/** One message as one subscriber got it. */
interface Passage extends MessageId {
  readonly reader: string;
  readonly sentUs: number;
  /** The last step of its acknowledgement; infinite: never. */
  readonly ackedUs: number;
  readonly receivedUs: number;
}

/**
 * An inversion is a violation only where the first message was acknowledged before the second was first sent: messages that are in flight together
 * may be handed over again in another order than they were generated. Those are counted, and not judged.
 */
export const order: Guarantee = {
  name: 'order',
  rule: 'Messages of one publisher, topic and QoS are first received in the order in which they were first sent.',
  section: '4.6',
  needs: 'first hand-over, acknowledgement and first receipt of every message',
  unknown: 'Messages that were in flight together: who of them was first at the broker.',
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
function lanesOf({ sends, acks, receipts }: History): Passage[][] {
  const [acked, received] = [byMessage(acks), byMessage(receipts)];
  const lanes: Lanes = new Map();
  for (const [first] of byMessage(sends).all()) {
    if (first === undefined) continue;
    const { publisher, topic, seq, us: sentUs } = first;
    const readers = firstReceipts(received.of(first));
    if (readers.size === 0) continue;
    const ackedUs = firstAck(acked.of(first));
    for (const [reader, receivedUs] of readers)
      laneOf(lanes, first, reader).push({ publisher, topic, seq, reader, sentUs, ackedUs, receivedUs });
  }
  return [...lanes.values()]
    .flatMap((topics) => [...topics.values()].flatMap((keys) => [...keys.values()]))
    .map((lane) => lane.sort((a, b) => a.sentUs - b.sentUs));
}

/** By publisher, topic, and QoS with subscriber. */
type Lanes = Map<string, Map<string, Map<string, Passage[]>>>;

function laneOf(lanes: Lanes, { publisher, topic, qos }: Send, reader: string): Passage[] {
  const topics = lanes.get(publisher) ?? new Map<string, Map<string, Passage[]>>();
  if (topics.size === 0) lanes.set(publisher, topics);
  const keys = topics.get(topic) ?? new Map<string, Passage[]>();
  if (keys.size === 0) topics.set(topic, keys);
  const key = `${qos} ${reader}`;
  const lane = keys.get(key) ?? [];
  if (lane.length === 0) keys.set(key, lane);
  return lane;
}

/** Of the last step of a message. */
const firstAck = (acks: readonly Ack[]): number =>
  acks.reduce((us, ack) => (ack.step !== 'pubrec' && isAccepted(ack) ? Math.min(us, ack.us) : us), Infinity);

/** By subscriber. A retained copy answers a SUBSCRIBE, and stands in no order with what is published meanwhile. */
function firstReceipts(receipts: readonly Receipt[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { client, us, retain } of receipts)
    if (!retain) first.set(client, Math.min(us, first.get(client) ?? Infinity));
  return first;
}

/** Each message that was received before one that had been acknowledged before it was sent. */
function overtakenIn(lane: readonly Passage[]): Violation[] {
  const byAck = lane.filter(({ ackedUs }) => ackedUs < Infinity).sort((a, b) => a.ackedUs - b.ackedUs);
  const violations: Violation[] = [];
  let latest: Passage | undefined;
  let next = 0;
  for (const later of lane) {
    for (let earlier = byAck[next]; earlier !== undefined && earlier.ackedUs < later.sentUs; earlier = byAck[next]) {
      if (latest === undefined || earlier.receivedUs > latest.receivedUs) latest = earlier;
      next += 1;
    }
    if (latest !== undefined && later.receivedUs < latest.receivedUs) violations.push(overtaken(latest, later));
  }
  return violations;
}

const overtaken = (earlier: Passage, later: Passage): Violation => ({
  text: `${later.publisher}'s message ${later.seq} on ${later.topic} was first sent after ${earlier.seq} had been acknowledged, and ${later.reader} received it first`,
  moments: [
    { us: earlier.sentUs, who: earlier.publisher, what: 'send', text: `sends ${earlier.seq}` },
    { us: earlier.ackedUs, who: earlier.publisher, what: 'ack', text: `${earlier.seq} acknowledged` },
    { us: later.sentUs, who: later.publisher, what: 'send', text: `sends ${later.seq}` },
    { us: later.receivedUs, who: later.reader, what: 'receive', text: `receives ${later.seq}` },
    { us: earlier.receivedUs, who: earlier.reader, what: 'receive', text: `receives ${earlier.seq}` },
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
