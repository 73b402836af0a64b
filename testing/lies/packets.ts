import type { IPublishPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import { cutLink, matches, send } from '../truth/sessions.js';
import { subscriptionOf } from './book.js';
import { ended } from './connections.js';
import { deliver, isRead, leaveWhenIdle } from './delivery.js';
import { isShared } from './groups.js';
import { messageOf, nameOf, type Message, type Published, type Value } from './messages.js';
import { route } from './route.js';
import { lasts, nowMs, type Broker, type Guest, type Session } from './state.js';

const DISCONNECT_WITH_WILL = 0x04;
/** Of a SUBACK: in MQTT 3.1.1, and in 5. */
const [REFUSED, NO_SHARED_SUBSCRIPTIONS] = [0x80, 0x9e];

/** Everything but CONNECT. */
export function handle(broker: Broker, guest: Guest, packet: Packet): void {
  const session = broker.sessions.get(guest.clientId);
  // One that should have been ended, and was not, has no session.
  const own = session?.link === guest ? session : undefined;
  const messageId = packet.messageId ?? 0;
  switch (packet.cmd) {
    case 'publish':
      return published(broker, guest, packet, own);
    case 'pubrel':
      return released(broker, guest, messageId, own);
    case 'pubrec': {
      if (own !== undefined) isRead(own, messageId);
      const sent = own?.inFlight.get(messageId);
      if (sent !== undefined) sent.released = true;
      return void send(guest, { cmd: 'pubrel', messageId });
    }
    case 'puback':
    case 'pubcomp':
      if (own === undefined) return;
      isRead(own, messageId);
      own.inFlight.delete(messageId);
      lasts(broker);
      return leaveWhenIdle(own);
    case 'subscribe':
      return subscribed(broker, guest, packet, own);
    case 'unsubscribe':
      for (const filter of packet.unsubscriptions) own?.filters.delete(filter);
      return void send(guest, { cmd: 'unsuback', messageId, granted: packet.unsubscriptions.map(() => 0) });
    case 'pingreq':
      return void send(guest, { cmd: 'pingresp' });
    case 'disconnect':
      ended(broker, guest, packet.reasonCode === DISCONNECT_WITH_WILL ? 'goodbye-with-will' : 'goodbye');
      return cutLink(guest);
    default:
      guest.socket.destroy();
  }
}

function published(broker: Broker, guest: Guest, packet: IPublishPacket, own: Session | undefined): void {
  const message = messageOf({ ...packet, payload: packet.payload });
  const messageId = packet.messageId ?? 0;
  lasts(broker);
  const isRepeated = packet.dup || broker.known.has(nameOf(message));
  if (message.qos === 2) return promised(broker, guest, { message, isRepeated, messageId }, own);
  takeIn(broker, guest.clientId, message, { isRepeated, isResumed: false });
  if (message.qos === 1) send(guest, { cmd: 'puback', messageId });
}

interface Promised {
  readonly message: Message;
  readonly messageId: number;
  readonly isRepeated: boolean;
}

/** PUBREC, after which its client may lose the connection. */
function promised(broker: Broker, guest: Guest, came: Promised, own: Session | undefined): void {
  const { message, messageId } = came;
  // One that comes again before its PUBREL is the same.
  const before = own?.incoming.get(messageId);
  const isRepeated = came.isRepeated || (before !== undefined && nameOf(before.message) === nameOf(message));
  own?.incoming.set(messageId, { message, isRepeated, nth: guest.nth, isDropped: false });
  // The one before is completed, as this client knows: it has one in flight at a time.
  if (own !== undefined && !isRepeated) own.isUnsettled = false;
  send(guest, { cmd: 'pubrec', messageId });
  if (own === undefined || isRepeated || !broker.liar.cutsHalfway()) return;
  cutLink(guest);
  ended(broker, guest, 'broken');
}

/** A PUBREL for what is not there is answered all the same. */
function released(broker: Broker, guest: Guest, messageId: number, own: Session | undefined): void {
  const incoming = own?.incoming.get(messageId);
  own?.incoming.delete(messageId);
  const told = broker.book.lies.length;
  if (incoming !== undefined) {
    const { message, nth, isRepeated, isDropped } = incoming;
    takeIn(broker, guest.clientId, message, { isRepeated, isResumed: nth !== guest.nth, isCopy: isDropped });
  }
  send(guest, { cmd: 'pubcomp', messageId });
  if (broker.book.lies.slice(told).some(({ kind }) => kind === 'released-twice'))
    send(guest, { cmd: 'pubcomp', messageId });
}

type Course = Pick<Published, 'isRepeated' | 'isResumed'> & { readonly isCopy?: boolean };

function takeIn(broker: Broker, client: string, message: Message, course: Course): void {
  const { retained, written, acked, seen, known } = broker;
  const name = nameOf(message);
  // What was dropped goes the way of what was there before: nobody lies about it.
  const isCopy = known.has(name) || course.isCopy === true;
  known.add(name);
  seen.published.set(message.topic, Math.max(seen.published.get(message.topic) ?? 0, message.seq + 1));
  if (message.retain) {
    const before = written.get(client);
    if (before !== undefined) before.ackedMs = nowMs();
    const value: Value = { message, ackedMs: Infinity };
    written.set(client, value);
    retained.set(message.topic, [...(retained.get(message.topic) ?? []), value]);
  }
  const lane = `${message.qos} ${client}`;
  const afterMs = acked.get(lane) ?? -Infinity;
  // Right away, and in any case before the next one is handed over.
  acked.set(lane, nowMs());
  route(broker, { ...message, ...course, afterMs, isCopy });
}

function subscribed(broker: Broker, guest: Guest, packet: ISubscribePacket, own: Session | undefined): void {
  const refusal = guest.version === 5 ? NO_SHARED_SUBSCRIPTIONS : REFUSED;
  const isRefused = (filter: string): boolean => broker.liar.sharing === 'refused' && isShared(filter);
  const granted = packet.subscriptions.map(({ topic, qos }) => (isRefused(topic) ? refusal : qos));
  const subscriptions = packet.subscriptions.filter(({ topic }) => !isRefused(topic));
  for (const { topic: filter, qos } of subscriptions) {
    const key = subscriptionOf(guest.clientId, filter);
    const nth = (broker.book.subscribed.get(key) ?? 0) + 1;
    broker.book.subscribed.set(key, nth);
    own?.filters.set(filter, { qos, nth, sinceMs: nowMs(), readMs: Infinity });
  }
  send(guest, { cmd: 'suback', messageId: packet.messageId ?? 0, granted });
  if (own === undefined) return;
  for (const { topic: filter, qos } of subscriptions)
    for (const topic of broker.retained.keys()) if (matches(filter, topic)) show(broker, own, topic, qos);
}

/** The retained value of a topic, to whoever has just subscribed to it. */
function show(broker: Broker, session: Session, topic: string, qos: Message['qos']): void {
  const sinceMs = session.link?.letInMs ?? -Infinity;
  const held = broker.retained.get(topic) ?? [];
  const values = held.map(({ message, ackedMs }) => ({ message, ageMs: sinceMs - ackedMs }));
  const lie = broker.liar.ofRetained(values);
  const { clientId: client } = session;
  if (lie !== undefined) broker.book.lies.push({ kind: lie.kind, client, topic });
  const shown = lie === undefined ? values.at(-1)?.message : lie.message;
  if (shown == null || shown.payload.length === 0) return;
  deliver(session, { message: { ...shown, qos: Math.min(shown.qos, qos) as Message['qos'], retain: true } });
}
