import { createServer, type AddressInfo, type Socket } from 'node:net';
import { parser, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import { monotonicUs } from '../../src/host/os/clock.js';
import type { Behaviour, SeenConnect, SeenPublish, Treatment } from './behaviour.js';
import {
  abandon,
  cutLink,
  deliver,
  matches,
  newSession,
  resume,
  send,
  settle,
  type Link,
  type Outgoing,
  type Session,
} from './sessions.js';
import { emptyBook, entryOf, noteDelivery, type MessageTruth, type Truth, type TruthBook } from './truth.js';

/** What has come in, and what became of it. */
export interface TruthBroker {
  readonly endpoint: string;
  readonly truth: Truth;
  readonly connects: readonly SeenConnect[];
  readonly publishes: readonly SeenPublish[];
  readonly subacks: readonly { readonly code: number; readonly atUs: number }[];
  /** Roles that took their leave. */
  readonly goodbyes: readonly SeenConnect['role'][];
  /** `seq` of what was processed while nobody was subscribed. */
  readonly dropped: readonly number[];
  /** Mute from now on, for this time. */
  stall(ms: number): void;
}

interface Broker {
  readonly behaviour: Behaviour;
  readonly book: TruthBook;
  readonly seen: {
    readonly connects: SeenConnect[];
    readonly publishes: SeenPublish[];
    readonly subacks: { code: number; atUs: number }[];
    readonly goodbyes: SeenConnect['role'][];
    readonly dropped: number[];
  };
  readonly sessions: Map<string, Session>;
  readonly timers: Set<NodeJS.Timeout>;
  /** What is to be done after the stall, in order; undefined while there is none. */
  stalled: (() => void)[] | undefined;
  readonly ordinals: Map<string, number>;
}

/** Runs `work` with an MQTT 3.1.1 and 5 broker that lies on purpose, in this process, on a port of its own; takes it down afterwards. */
export async function withTruthBroker<T>(behaviour: Behaviour, work: (broker: TruthBroker) => Promise<T>): Promise<T> {
  const broker: Broker = {
    behaviour,
    book: emptyBook(),
    seen: { connects: [], publishes: [], subacks: [], goodbyes: [], dropped: [] },
    sessions: new Map(),
    timers: new Set(),
    stalled: undefined,
    ordinals: new Map(),
  };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(broker, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await work({ ...broker.seen, truth: broker.book, endpoint, stall: (ms) => stall(broker, ms) });
  } finally {
    for (const timer of broker.timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** By this the client that had a session learns that another one has it now. */
const SESSION_TAKEN_OVER = 0x8e;

/** Does something now, or when the stall is over. */
function act(broker: Broker, work: () => void): void {
  if (broker.stalled === undefined) work();
  else broker.stalled.push(work);
}

function later(broker: Broker, ms: number, work: () => void): void {
  if (ms <= 0) return act(broker, work);
  const timer = setTimeout(() => {
    broker.timers.delete(timer);
    act(broker, work);
  }, ms);
  broker.timers.add(timer);
}

function stall(broker: Broker, ms: number): void {
  if (broker.stalled !== undefined) return;
  const fromUs = monotonicUs();
  broker.stalled = [];
  const timer = setTimeout(() => {
    broker.timers.delete(timer);
    broker.book.stalls.push({ fromUs, toUs: monotonicUs() });
    const waiting = broker.stalled ?? [];
    broker.stalled = undefined;
    for (const work of waiting) act(broker, work);
  }, ms);
  broker.timers.add(timer);
}

function serve(broker: Broker, socket: Socket): void {
  // The parser reads its settings anew at every packet, and only CONNECT tells the version.
  const settings: { protocolVersion?: number } = {};
  const packets = parser(settings);
  let link: Link | undefined;
  socket.on('data', (data) => packets.parse(data));
  packets.on('error', () => socket.destroy());
  packets.on('packet', (packet: Packet) => {
    if (packet.cmd === 'connect') {
      settings.protocolVersion = packet.protocolVersion ?? 4;
      const version = packet.protocolVersion === 5 ? 5 : 4;
      const opened = { socket, clientId: packet.clientId, version, openedUs: monotonicUs() } as const;
      link = { ...opened, cut: false, goodbye: false };
    }
    const current = link;
    if (current === undefined) socket.destroy();
    else
      act(broker, () => {
        if (!current.cut) handle(broker, current, packet);
      });
  });
  socket.on('close', () => link !== undefined && closed(broker, link));
}

function closed({ book, sessions }: Broker, link: Link): void {
  const { clientId, openedUs, cut, goodbye } = link;
  book.connections.push({
    ...{ clientId, openedUs, closedUs: monotonicUs() },
    by: cut ? 'broker' : goodbye ? 'disconnect' : 'client',
  });
  const session = sessions.get(clientId);
  if (session?.link !== link) return;
  if (!cut && !goodbye) abandon(session);
  detach(sessions, session);
}

function detach(sessions: Map<string, Session>, session: Session): void {
  session.link = undefined;
  if (session.clean) sessions.delete(session.clientId);
}

function handle(broker: Broker, link: Link, packet: Packet): void {
  const { seen, sessions } = broker;
  const session = sessions.get(link.clientId);
  const messageId = packet.messageId ?? 0;
  switch (packet.cmd) {
    case 'connect':
      return connected(broker, link, packet);
    case 'subscribe':
      return subscribed(broker, link, packet);
    case 'publish':
      return published(broker, link, packet);
    case 'puback':
      if (session !== undefined) settle(session, messageId);
      return;
    case 'unsubscribe':
      for (const filter of packet.unsubscriptions) session?.filters.delete(filter);
      return void send(link, { cmd: 'unsuback', messageId, granted: packet.unsubscriptions.map(() => 0) });
    case 'pingreq':
      return void send(link, { cmd: 'pingresp' });
    case 'disconnect':
      link.goodbye = true;
      seen.goodbyes.push(roleOf(link.clientId));
      link.socket.end();
      return;
    default:
      // Nothing else is part of QoS 0 and 1.
      link.socket.destroy();
  }
}

const roleOf = (clientId: string): SeenConnect['role'] =>
  clientId.endsWith('-pub') ? 'publisher' : clientId.endsWith('-sub') ? 'subscriber' : 'guest';

function connected({ behaviour, seen, sessions }: Broker, link: Link, packet: IConnectPacket): void {
  const role = roleOf(packet.clientId);
  const connect: SeenConnect = {
    role,
    nth: seen.connects.filter((c) => c.role === role).length + 1,
    clientId: packet.clientId,
    version: link.version,
    clean: packet.clean ?? false,
    keepAliveSeconds: packet.keepalive ?? 0,
    username: packet.username,
  };
  seen.connects.push(connect);
  const code = behaviour.connack?.(connect) ?? 0;
  const known = connect.clean ? undefined : sessions.get(connect.clientId);
  const sessionPresent = code === 0 && known !== undefined;
  const { receiveMaximum } = behaviour;
  const properties = receiveMaximum === undefined ? {} : { properties: { receiveMaximum } };
  const answer = link.version === 5 ? { reasonCode: code, ...properties } : { returnCode: code };
  send(link, { cmd: 'connack', sessionPresent, ...answer });
  if (code !== 0) return cutLink(link);
  const before = sessions.get(connect.clientId);
  const session = known ?? newSession(connect.clientId, connect.clean);
  sessions.set(connect.clientId, session);
  // Whoever takes over a session ends the connection that had it.
  if (before?.link !== undefined) {
    abandon(before);
    if (before.link.version === 5) send(before.link, { cmd: 'disconnect', reasonCode: SESSION_TAKEN_OVER });
    cutLink(before.link);
  }
  resume(session, link, behaviour.redeliversUnflagged !== true);
}

function subscribed({ behaviour, seen, sessions }: Broker, link: Link, packet: ISubscribePacket): void {
  const granted = packet.subscriptions.map(({ topic, qos }) => {
    const code = behaviour.suback?.(seen.subacks.length + 1) ?? Math.min(qos, 1);
    seen.subacks.push({ code, atUs: monotonicUs() });
    if (code === 0 || code === 1) sessions.get(link.clientId)?.filters.set(topic, code);
    return code;
  });
  send(link, { cmd: 'suback', messageId: packet.messageId ?? 0, granted });
}

/** Our clients' payloads say who they are; a guest's message is known by its place in its topic. */
function identify(broker: Broker, topic: string, payload: Buffer): { seq: number; intendedUs?: number } {
  if (payload[0] === 0x7b) {
    try {
      const body = JSON.parse(payload.toString()) as { seq?: unknown; intended_us?: unknown };
      if (typeof body.seq === 'number' && typeof body.intended_us === 'number') {
        return { seq: body.seq, intendedUs: body.intended_us };
      }
    } catch {
      // A guest may send what it likes.
    }
  }
  const seq = broker.ordinals.get(topic) ?? 0;
  broker.ordinals.set(topic, seq + 1);
  return { seq };
}

function published(broker: Broker, link: Link, packet: IPublishPacket): void {
  const atUs = monotonicUs();
  const { topic, qos } = packet;
  const payload = Buffer.from(packet.payload);
  const { seq, intendedUs = atUs } = identify(broker, topic, payload);
  const entry = entryOf(broker.book, topic, seq, intendedUs);
  entry.arrivalsUs.push(atUs);
  const { clientId } = link;
  const message = { topic, payload };
  const publish: SeenPublish = { seq, nth: entry.arrivalsUs.length, intendedUs, atUs, clientId, message };
  broker.seen.publishes.push(publish);
  const treatment = broker.behaviour.treat?.(publish) ?? {};
  if (treatment.stallMs !== undefined) stall(broker, treatment.stallMs);
  const words = Object.entries(treatment).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  entry.lies.push(...words);
  act(broker, () => carryOut(broker, link, { packet, payload, entry, treatment, qos: qos === 0 ? 0 : 1 }));
}

interface Job {
  readonly packet: IPublishPacket;
  readonly payload: Buffer;
  readonly entry: MessageTruth;
  readonly treatment: Treatment;
  readonly qos: 0 | 1;
}

function carryOut(broker: Broker, link: Link, job: Job): void {
  const { entry, treatment } = job;
  const { cut } = treatment;
  if (cut === 'publisher-unprocessed') return cutLink(link);
  const receivers = receiversOf(broker, entry.topic);
  if (cut === 'subscriber-undelivered') cutSubscribers(broker, receivers, treatment);
  // Asked again: who has just lost its session is no subscriber any more.
  if (receiversOf(broker, entry.topic).length === 0) broker.seen.dropped.push(entry.seq);
  later(broker, treatment.deliverAfterMs ?? 0, () => {
    deliverAll(broker, job);
    if (cut === 'subscriber-delivered') cutSubscribers(broker, receivers, treatment);
  });
  if (cut === 'publisher-unacknowledged') return cutLink(link);
  later(broker, treatment.pubackAfterMs ?? 0, () => acknowledge(link, job));
  if (cut === 'publisher-acknowledged') cutLink(link);
}

interface Receiver {
  readonly session: Session;
  readonly qos: 0 | 1;
}

function receiversOf({ sessions }: Broker, topic: string): Receiver[] {
  const all = [...sessions.values()].flatMap((session) => {
    const granted = [...session.filters].filter(([filter]) => matches(filter, topic)).map(([, qos]) => qos);
    return granted.length === 0 ? [] : [{ session, qos: granted.includes(1) ? 1 : 0 } as const];
  });
  return all;
}

function cutSubscribers({ sessions }: Broker, receivers: readonly Receiver[], { losesSession }: Treatment): void {
  for (const { session } of receivers) {
    if (session.link !== undefined) cutLink(session.link);
    detach(sessions, session);
    if (losesSession === true) sessions.delete(session.clientId);
  }
}

function deliverAll(broker: Broker, { packet, payload, entry, treatment, qos }: Job): void {
  const { topic } = packet;
  const receivers = receiversOf(broker, topic);
  if (receivers.length === 0) entry.droppedUs.push(monotonicUs());
  for (const { session, qos: granted } of receivers) {
    const delivered: Outgoing['delivered'] = (atUs, dup) => noteDelivery(broker.book, entry.deliveries, atUs, dup);
    const message = { topic, payload, qos: Math.min(qos, granted) as 0 | 1, delivered };
    for (const stray of treatment.strays ?? []) {
      const noted: Outgoing['delivered'] = (atUs, dup) => noteDelivery(broker.book, broker.book.strays, atUs, dup);
      deliver(session, { ...message, payload: Buffer.from(stray), dup: false, delivered: noted });
    }
    const copies = treatment.copies ?? 1;
    let first: number | undefined;
    for (let copy = 1; copy <= copies; copy += 1) {
      const outgoing = { ...message, dup: copy > 1 && treatment.flagged === true };
      if (treatment.swapped === true) hold(broker, session, outgoing);
      else {
        const id = deliver(session, outgoing, treatment.sameId === true ? first : undefined);
        first ??= id;
      }
    }
  }
}

/** A swapped message that nothing follows must come nevertheless. */
const SWAP_LIMIT_MS = 500;

function hold(broker: Broker, session: Session, message: Outgoing): void {
  session.swapped.push(message);
  later(broker, SWAP_LIMIT_MS, () => {
    const at = session.swapped.indexOf(message);
    if (at < 0) return;
    session.swapped.splice(at, 1);
    deliver(session, message);
  });
}

/** Clients count their packet ids from 1. */
const NEVER_USED = 60_000;

function acknowledge(link: Link, { packet, entry, treatment, qos }: Job): void {
  const { puback = true } = treatment;
  if (qos === 0 || puback === false) return;
  const reasonCode = puback === true ? 0 : puback;
  if (treatment.strayPuback === true) send(link, { cmd: 'puback', messageId: NEVER_USED });
  const atUs = monotonicUs();
  const answer = {
    cmd: 'puback',
    messageId: packet.messageId ?? 0,
    ...(link.version === 5 && { reasonCode }),
  } as const;
  if (!send(link, answer)) return;
  (reasonCode >= 0x80 && link.version === 5 ? entry.refusalsUs : entry.pubacksUs).push(atUs);
}
