import { connect, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import { driver } from './host-cluster.js';

/** So many are on their way at any time. */
const IN_FLIGHT = 50;
const TOPIC = 'kept/messages';
const SUBSCRIBER = 'kept-subscriber';
const LAST = 'the last one';

/** Connects, and resolves when it is let in. What it hears goes to `onPacket`. */
async function connected(
  dir: string,
  node: string,
  clientId: string,
  clean: boolean,
  onPacket: (packet: Packet, socket: Socket) => void,
): Promise<Socket> {
  const { username, password } = await driver.clientSettings(dir);
  const view = (await driver.nodes(dir)).find(({ id }) => id === node);
  const socket = connect({ host: view?.brokerHost, port: view?.brokerPort ?? 0 });
  const packets = parser({ protocolVersion: 4 });
  socket.on('data', (data) => packets.parse(data));
  socket.on('error', () => undefined);
  const letIn = new Promise<void>((resolve, reject) => {
    packets.on('packet', (packet: Packet) => (packet.cmd === 'connack' ? resolve() : onPacket(packet, socket)));
    socket.once('close', () => {
      reject(new Error(`${clientId} was not let in by ${node}`));
    });
  });
  const login = { username, password: Buffer.from(password) };
  const settings = { protocolId: 'MQTT', protocolVersion: 4, keepalive: 0, clean, clientId, ...login } as const;
  socket.write(generate({ cmd: 'connect', ...settings }));
  await letIn;
  return socket;
}

const publish = (socket: Socket, payload: string, messageId: number): boolean =>
  socket.write(generate({ cmd: 'publish', topic: TOPIC, payload, qos: 1, messageId, dup: false, retain: false }));

/** Sends so many messages of QoS 1, and resolves when all of them are acknowledged. */
async function publishAll(dir: string, node: string, payloads: readonly string[]): Promise<void> {
  let next = 0;
  let acknowledged = 0;
  let finish: () => void;
  const all = new Promise<void>((resolve) => (finish = resolve));
  const send = (socket: Socket): void => {
    const payload = payloads[next];
    if (payload !== undefined) publish(socket, payload, (next++ % 65_000) + 1);
  };
  const socket = await connected(dir, node, `kept-publisher-${payloads.length}`, true, ({ cmd }, own) => {
    if (cmd !== 'puback') return;
    if (++acknowledged === payloads.length) finish();
    send(own);
  });
  for (let i = 0; i < IN_FLIGHT; i += 1) send(socket);
  await all;
  socket.destroy();
}

/** A persistent subscriber that leaves. Then so many messages, each of them acknowledged. */
export async function storeMessages(dir: string, node: string, count: number): Promise<void> {
  let finish: () => void;
  const granted = new Promise<void>((resolve) => (finish = resolve));
  const subscriber = await connected(dir, node, SUBSCRIBER, false, ({ cmd }) => {
    if (cmd === 'suback') finish();
  });
  subscriber.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: TOPIC, qos: 1 }] }));
  await granted;
  subscriber.end(generate({ cmd: 'disconnect' }));
  await publishAll(
    dir,
    node,
    Array.from({ length: count }, (_, i) => String(i)),
  );
}

/** The subscriber comes back: how many of them it gets, until one comes that was sent since. */
export async function keptMessages(dir: string, node: string): Promise<number> {
  const got = new Set<string>();
  let finish: () => void;
  let subscribed: () => void;
  const last = new Promise<void>((resolve) => (finish = resolve));
  const granted = new Promise<void>((resolve) => (subscribed = resolve));
  const subscriber = await connected(dir, node, SUBSCRIBER, false, (packet, socket) => {
    if (packet.cmd === 'suback') subscribed();
    if (packet.cmd !== 'publish') return;
    socket.write(generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }));
    if (String(packet.payload) === LAST) finish();
    else got.add(String(packet.payload));
  });
  // Its session may be lost, too.
  subscriber.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: TOPIC, qos: 1 }] }));
  await granted;
  await publishAll(dir, node, [LAST]);
  await last;
  subscriber.end(generate({ cmd: 'disconnect' }));
  return got.size;
}
