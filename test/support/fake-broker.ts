import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { sleepMs } from '../../src/host/clock.js';

interface Message {
  readonly topic: string;
  readonly payload: Buffer;
}

/** A PUBLISH that came in. `nth` says how often its `seq` has, from 1. */
export interface SeenPublish {
  readonly seq: number;
  readonly nth: number;
  readonly intendedUs: number;
  readonly message: Message;
  readonly atMs: number;
}

export interface SeenConnect {
  readonly role: 'publisher' | 'subscriber';
  /** How often this role has connected, from 1. */
  readonly nth: number;
  readonly clientId: string;
  readonly clean: boolean;
  readonly keepAliveSeconds: number;
  readonly username: string | undefined;
}

/** What this broker does wrong; where nothing is said, it does right. */
export interface Behaviour {
  /** CONNACK's return code. */
  readonly connack?: (connect: SeenConnect) => number;
  /** The granted QoS, or 0x80, for the nth SUBSCRIBE. */
  readonly suback?: (nth: number) => number;
  readonly acknowledges?: (publish: SeenPublish) => boolean;
  /** How often the message is delivered. */
  readonly copies?: (publish: SeenPublish) => number;
  readonly deliversAfterMs?: (publish: SeenPublish) => number;
  /** Ends a connection when this message comes: the publisher's before its PUBACK, or the subscriber's before the delivery. */
  readonly cuts?: (publish: SeenPublish) => 'publisher' | 'subscriber' | undefined;
  /** Delivered beside the message: what nobody subscribed to expects. */
  readonly strays?: (publish: SeenPublish) => readonly string[];
  /** Sessions end with their connections, and what comes meanwhile is dropped. */
  readonly forgetsSessions?: boolean;
}

export interface FakeBroker {
  readonly endpoint: string;
  readonly connects: readonly SeenConnect[];
  readonly publishes: readonly SeenPublish[];
  /** Times of the SUBACKs with their codes. */
  readonly subacks: readonly { readonly code: number; readonly atMs: number }[];
  /** Clients that took their leave, by role. */
  readonly goodbyes: readonly string[];
  /** `seq` of what was acknowledged while nobody was subscribed. */
  readonly dropped: readonly number[];
}

interface Subscription {
  socket: Socket | undefined;
  granted: boolean;
  readonly waiting: Message[];
}

const isPublisher = (clientId: string): boolean => clientId.endsWith('-pub');

/** Runs `work` with an MQTT 3.1.1 broker for exactly one client, in this process, on a port of its own; takes it down afterwards. */
export async function withFakeBroker<T>(behaviour: Behaviour, work: (broker: FakeBroker) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  const seen = { connects: [], publishes: [], subacks: [], goodbyes: [], dropped: [] } as Records;
  const subscription: Subscription = { socket: undefined, granted: false, waiting: [] };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, { behaviour, seen, subscription });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work({ ...seen, endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}` });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

interface Records {
  readonly connects: SeenConnect[];
  readonly publishes: SeenPublish[];
  readonly subacks: { code: number; atMs: number }[];
  readonly goodbyes: string[];
  readonly dropped: number[];
}

interface Broker {
  readonly behaviour: Behaviour;
  readonly seen: Records;
  readonly subscription: Subscription;
}

function serve(socket: Socket, broker: Broker): void {
  const packets = parser();
  const send = (packet: Packet): void => {
    if (!socket.destroyed) socket.write(generate(packet));
  };
  let clientId = '';
  socket.on('data', (data) => packets.parse(data));
  socket.on('close', () => {
    if (broker.subscription.socket === socket) unsubscribe(broker, broker.behaviour.forgetsSessions === true);
  });
  packets.on('packet', (packet: Packet) => {
    switch (packet.cmd) {
      case 'connect':
        clientId = packet.clientId;
        return connected(broker, socket, packet);
      case 'subscribe': {
        const code = broker.behaviour.suback?.(broker.seen.subacks.length + 1) ?? 1;
        broker.seen.subacks.push({ code, atMs: performance.now() });
        broker.subscription.granted = code === 1;
        return send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [code] });
      }
      case 'publish':
        return published(broker, socket, packet);
      case 'unsubscribe':
        unsubscribe(broker, true);
        return send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [] });
      case 'pingreq':
        return send({ cmd: 'pingresp' });
      case 'disconnect':
        broker.seen.goodbyes.push(isPublisher(clientId) ? 'publisher' : 'subscriber');
        socket.end();
        break;
      default:
      // A subscriber's PUBACKs, and what no client sends.
    }
  });
}

function unsubscribe({ subscription }: Broker, forgotten: boolean): void {
  subscription.socket = undefined;
  if (forgotten) subscription.granted = false;
}

function connected({ behaviour, seen, subscription }: Broker, socket: Socket, packet: IConnectPacket): void {
  const role = isPublisher(packet.clientId) ? 'publisher' : 'subscriber';
  const connect: SeenConnect = {
    role,
    nth: seen.connects.filter((c) => c.role === role).length + 1,
    clientId: packet.clientId,
    clean: packet.clean ?? false,
    keepAliveSeconds: packet.keepalive ?? 0,
    username: packet.username,
  };
  seen.connects.push(connect);
  const returnCode = behaviour.connack?.(connect) ?? 0;
  const sessionPresent = role === 'subscriber' && returnCode === 0 && subscription.granted;
  socket.write(generate({ cmd: 'connack', returnCode, sessionPresent }));
  if (returnCode !== 0) socket.end();
  else if (role === 'subscriber') {
    subscription.socket = socket;
    for (const message of subscription.waiting.splice(0)) deliver(subscription, message);
  }
}

let lastMessageId = 0;
const nextMessageId = (): number => (lastMessageId = (lastMessageId % 60_000) + 1);

function deliver(subscription: Subscription, message: Message): void {
  const { socket, waiting } = subscription;
  if (socket === undefined || socket.destroyed) waiting.push(message);
  else {
    const head = { cmd: 'publish', qos: 1, dup: false, retain: false } as const;
    socket.write(generate({ ...head, messageId: nextMessageId(), ...message }));
  }
}

function published({ behaviour, seen, subscription }: Broker, socket: Socket, packet: IPublishPacket): void {
  const payload = Buffer.from(packet.payload);
  const body = JSON.parse(payload.toString()) as { seq: number; intended_us: number };
  const nth = seen.publishes.filter((p) => p.seq === body.seq).length + 1;
  const message = { topic: packet.topic, payload };
  const publish = { seq: body.seq, nth, intendedUs: body.intended_us, message, atMs: performance.now() };
  seen.publishes.push(publish);
  const cut = behaviour.cuts?.(publish);
  if (cut === 'publisher') return void socket.destroy();
  // In order, so that what was delivered before is read: a message is either received or counted as dropped.
  if (cut === 'subscriber') subscription.socket?.end();
  if (cut === 'subscriber') unsubscribe({ behaviour, seen, subscription }, behaviour.forgetsSessions === true);
  if (!subscription.granted) seen.dropped.push(publish.seq);
  else void deliverLater(behaviour, subscription, publish);
  if (behaviour.acknowledges?.(publish) ?? true) {
    socket.write(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }));
  }
}

async function deliverLater(behaviour: Behaviour, subscription: Subscription, publish: SeenPublish): Promise<void> {
  const delayMs = behaviour.deliversAfterMs?.(publish) ?? 0;
  if (delayMs > 0) await sleepMs(delayMs);
  const { topic } = publish.message;
  for (const stray of behaviour.strays?.(publish) ?? []) deliver(subscription, { topic, payload: Buffer.from(stray) });
  for (let copy = behaviour.copies?.(publish) ?? 1; copy > 0; copy -= 1) deliver(subscription, publish.message);
}
