import { createServer, type AddressInfo, type Socket } from 'node:net';
import { parser, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { monotonicUs } from '../../src/host/os/clock.js';
import { cutLink, matches, send } from '../truth/sessions.js';
import { emptyBook, subscriptionOf, type Book } from './book.js';
import { deliver, isRead, leaveWhenIdle, resume, route } from './delivery.js';
import type { End, Liar } from './liar.js';
import { messageOf } from './messages.js';
import { lasts, nowMs, type Broker, type Guest, type Message, type Seen, type Session, type Value } from './state.js';
import { lastWords, willOf } from './wills.js';

/** How often it is looked for clients that say nothing more. */
const LOOK_MS = 100;
const SESSION_TAKEN_OVER = 0x8e;
const DISCONNECT_WITH_WILL = 0x04;

export interface LyingBroker {
  readonly endpoint: string;
  readonly book: Book;
  readonly seen: Readonly<Seen>;
  /** Nothing more comes of what has happened so far. */
  readonly isIdle: () => boolean;
}

/** Who still has a will is to die; a subscriber that is away is to come back. */
const isIdle = ({ seen, sessions, guests }: Broker): boolean =>
  nowMs() > seen.untilMs &&
  [...guests].every(({ will }) => will === undefined) &&
  [...sessions.values()].every(
    ({ waiting, inFlight, held, filters, link }) =>
      waiting.length + inFlight.size + held.size === 0 && (filters.size === 0 || link !== undefined),
  );

/** Runs `work` with a broker of MQTT 3.1.1 and 5 in this process, which has QoS 2, retained values, sessions and wills, and does all of it right but for what its liar decides. */
export async function withLiar<T>(liar: Liar, work: (broker: LyingBroker) => Promise<T>): Promise<T> {
  const broker: Broker = {
    ...{ liar, book: emptyBook(), sessions: new Map(), guests: new Set(), connects: new Map() },
    ...{ retained: new Map(), written: new Map(), acked: new Map(), wills: new Map(), timers: new Set() },
    seen: { connects: 0, publishes: 0, untilMs: 0 },
  };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(broker, socket);
  });
  const look = setInterval(() => endMute(broker), LOOK_MS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return await work({ endpoint, book: broker.book, seen: broker.seen, isIdle: () => isIdle(broker) });
  } finally {
    clearInterval(look);
    for (const timer of broker.timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function serve(broker: Broker, socket: Socket): void {
  // The parser reads its settings anew at every packet, and only CONNECT tells the version.
  const settings: { protocolVersion?: number } = {};
  const packets = parser(settings);
  let guest: Guest | undefined;
  socket.on('data', (data) => packets.parse(data));
  packets.on('error', () => socket.destroy());
  packets.on('packet', (packet: Packet) => {
    if (packet.cmd === 'connect') {
      settings.protocolVersion = packet.protocolVersion ?? 4;
      guest = connected(broker, socket, packet);
    } else if (guest === undefined) socket.destroy();
    else if (!guest.cut) {
      guest.heardMs = nowMs();
      handle(broker, guest, packet);
    }
  });
  socket.on('close', () => guest !== undefined && ended(broker, guest, 'broken'));
}

function endMute(broker: Broker): void {
  for (const guest of broker.guests)
    if (guest.keepAliveMs > 0 && nowMs() - guest.heardMs > 1.5 * guest.keepAliveMs) {
      cutLink(guest);
      ended(broker, guest, 'mute');
    }
}

/** Once for each connection, by whatever ends it first. */
function ended(broker: Broker, guest: Guest, end: End): void {
  if (!broker.guests.delete(guest)) return;
  const session = broker.sessions.get(guest.clientId);
  if (session?.link === guest) {
    session.link = undefined;
    if (session.expiryMs === 0) broker.sessions.delete(guest.clientId);
  }
  lastWords(broker, guest, end);
}

function connected(broker: Broker, socket: Socket, packet: IConnectPacket): Guest {
  const { clientId } = packet;
  const version = packet.protocolVersion === 5 ? 5 : 4;
  const clean = packet.clean ?? false;
  const asked = version === 5 ? (packet.properties?.sessionExpiryInterval ?? 0) : clean ? 0 : Infinity;
  const nth = (broker.connects.get(clientId) ?? 0) + 1;
  broker.connects.set(clientId, nth);
  broker.seen.connects += 1;
  lasts(broker);
  const guest: Guest = {
    ...{ socket, clientId, version, nth, openedUs: monotonicUs(), cut: false, goodbye: false },
    ...{ heardMs: nowMs(), letInMs: nowMs() },
    ...{ keepAliveMs: (packet.keepalive ?? 0) * 1000, will: willOf(packet, asked * 1000) },
  };
  const before = broker.sessions.get(clientId);
  if (before?.link !== undefined) takeOver(broker, before.link);
  const kept = clean ? undefined : before;
  const isDenied = kept !== undefined && broker.liar.deniesSession(clientId);
  if (isDenied) broker.book.lies.push({ kind: 'session-denied', client: clientId, connection: nth });
  const sessionPresent = kept !== undefined && !isDenied;
  send(guest, { cmd: 'connack', sessionPresent, ...(version === 5 ? { reasonCode: 0 } : { returnCode: 0 }) });
  broker.guests.add(guest);
  // A session that is there again in time keeps its will back.
  if (kept !== undefined) clearTimeout(broker.wills.get(clientId));
  const session = kept ?? newSession(clientId, asked * 1000);
  broker.sessions.set(clientId, session);
  resume(session, guest);
  return guest;
}

function takeOver(broker: Broker, first: Guest): void {
  if (broker.liar.keepsTakenOver(first.clientId))
    return void broker.book.lies.push({ kind: 'not-ended', client: first.clientId, connection: first.nth });
  if (first.version === 5) send(first, { cmd: 'disconnect', reasonCode: SESSION_TAKEN_OVER });
  cutLink(first);
  ended(broker, first, 'taken-over');
}

const newSession = (clientId: string, expiryMs: number): Session => ({
  ...{ clientId, expiryMs, filters: new Map(), link: undefined, isLeaving: false, waiting: [] },
  ...{ inFlight: new Map(), incoming: new Map(), lastId: 0, held: new Map() },
});

function handle(broker: Broker, guest: Guest, packet: Packet): void {
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
  if (message.qos === 2) {
    // One that comes again before its PUBREL is the same.
    own?.incoming.set(messageId, message);
    return void send(guest, { cmd: 'pubrec', messageId });
  }
  takeIn(broker, guest.clientId, message);
  if (message.qos === 1) send(guest, { cmd: 'puback', messageId });
}

/** A PUBREL for what is not there is answered all the same. */
function released(broker: Broker, guest: Guest, messageId: number, own: Session | undefined): void {
  const message = own?.incoming.get(messageId);
  own?.incoming.delete(messageId);
  const told = broker.book.lies.length;
  if (message !== undefined) takeIn(broker, guest.clientId, message);
  send(guest, { cmd: 'pubcomp', messageId });
  if (broker.book.lies.slice(told).some(({ kind }) => kind === 'released-twice'))
    send(guest, { cmd: 'pubcomp', messageId });
}

function takeIn(broker: Broker, client: string, message: Message): void {
  const { retained, written, acked, seen } = broker;
  seen.publishes += 1;
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
  route(broker, { ...message, afterMs });
}

function subscribed(broker: Broker, guest: Guest, packet: ISubscribePacket, own: Session | undefined): void {
  for (const { topic: filter, qos } of packet.subscriptions) {
    const key = subscriptionOf(guest.clientId, filter);
    const nth = (broker.book.subscribed.get(key) ?? 0) + 1;
    broker.book.subscribed.set(key, nth);
    own?.filters.set(filter, { qos, nth, sinceMs: nowMs(), readMs: Infinity });
  }
  send(guest, { cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(({ qos }) => qos) });
  if (own === undefined) return;
  for (const { topic: filter, qos } of packet.subscriptions)
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
  deliver(session, { ...shown, qos: Math.min(shown.qos, qos) as Message['qos'], retain: true });
}
