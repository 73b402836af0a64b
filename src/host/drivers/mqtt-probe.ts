import { connect, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import type { MqttVersion } from '../../domain/mqtt.js';
import { monotonicUs } from '../os/clock.js';
import { noAnswer } from '../os/own-errors.js';

export interface Login {
  readonly username: string;
  readonly password: string;
  /** Absent: 3.1.1. */
  readonly mqttVersion?: MqttVersion;
}

/** Where a broker's MQTT is: numeric address and port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One MQTT connection for probing: packets out, packets in, nothing kept. */
interface Probe {
  readonly ask: (packet: Packet, answer: Packet['cmd']) => Promise<Packet>;
  /** Everything that comes from now on. */
  readonly listen: (see: (packet: Packet) => void) => void;
  readonly close: () => void;
}

const PROBE_LIMIT_MS = 15_000;
/** A DISCONNECT gets this long to leave. */
const GOODBYE_MS = 200;

async function open(at: Endpoint, login: Login, clientId: string, limitMs = PROBE_LIMIT_MS): Promise<Probe> {
  const socket = connect({ ...at, noDelay: true });
  const protocolVersion = login.mqttVersion === '5' ? 5 : 4;
  const packets = parser({ protocolVersion });
  const ask = (packet: Packet, answer: Packet['cmd']): Promise<Packet> =>
    exchange({ socket, packets, limitMs, protocolVersion }, packet, answer);
  socket.on('data', (data) => packets.parse(data));
  // A broker that is killed resets the connection also when nobody asks it anything, or has said goodbye: that must not end this process.
  socket.on('error', () => undefined);
  // A broker may keep a client that went without a DISCONNECT for twice its keep-alive, and try to deliver to it.
  const close = (): void => {
    if (socket.readyState === 'open') socket.end(generate({ cmd: 'disconnect' }, { protocolVersion }));
    setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
  };
  const probe: Probe = { ask, listen: (see) => void packets.on('packet', see), close };
  try {
    const connack = await ask(
      {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion,
        clean: true,
        clientId,
        keepalive: 30,
        username: login.username,
        password: Buffer.from(login.password),
      },
      'connack',
    );
    const code = connack.cmd === 'connack' ? (connack.reasonCode ?? connack.returnCode) : undefined;
    if (code !== 0) throw new Error(`CONNACK from ${at.host}:${at.port}: expected 0, got ${code}`);
    return probe;
  } catch (error) {
    probe.close();
    throw error;
  }
}

interface Link {
  readonly socket: Socket;
  readonly packets: ReturnType<typeof parser>;
  readonly limitMs: number;
  readonly protocolVersion: 4 | 5;
}

function exchange(
  { socket, packets, limitMs, protocolVersion }: Link,
  packet: Packet,
  answer: Packet['cmd'],
): Promise<Packet> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      packets.removeListener('packet', onPacket);
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      act();
    };
    const onPacket = (got: Packet): void => {
      if (got.cmd === answer) finish(() => resolve(got));
    };
    const onError = (error: Error): void => finish(() => reject(error));
    const onClose = (): void => finish(() => reject(new Error(`connection closed before ${answer}`)));
    const timer = setTimeout(() => finish(() => reject(new Error(`no ${answer} within ${limitMs} ms`))), limitMs);
    packets.on('packet', onPacket);
    socket.on('error', onError);
    socket.on('close', onClose);
    if (socket.destroyed) return onClose();
    socket.write(generate(packet, { protocolVersion }));
  });
}

let probes = 0;
const probeId = (): string => `chaos-probe-${process.pid}-${(probes += 1)}-${Date.now().toString(36)}`;

/** One PINGREQ to PINGRESP through the given port, in ms; connecting is not part of it. */
export async function mqttRoundTripMs(at: Endpoint, login: Login, limitMs?: number): Promise<number> {
  const probe = await open(at, login, probeId(), limitMs);
  try {
    const before = monotonicUs();
    await probe.ask({ cmd: 'pingreq' }, 'pingresp');
    return (monotonicUs() - before) / 1000;
  } finally {
    probe.close();
  }
}

/**
 * One CONNECT and one SUBSCRIBE, so that the broker creates what it creates lazily at the first client before anything is measured.
 * Rejects unless QoS 1 is granted.
 */
export async function warmUp(at: Endpoint, login: Login): Promise<void> {
  const probe = await open(at, login, probeId());
  try {
    const subscriptions = [{ topic: 'chaos/warm-up', qos: 1 as const }];
    const suback = await probe.ask({ cmd: 'subscribe', messageId: 1, subscriptions }, 'suback');
    if (suback.cmd === 'suback' && suback.granted[0] !== 1) {
      throw new Error(`SUBACK from ${at.host}:${at.port}: expected QoS 1, got ${JSON.stringify(suback.granted)}`);
    }
    await probe.ask({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['chaos/warm-up'] }, 'unsuback');
  } finally {
    probe.close();
  }
}

/** The retained values under a filter, by topic: everything that a broker sends between the answers to a SUBSCRIBE of QoS 0 and to a PINGREQ after it. */
export async function retainedUnder(
  filter: string,
  at: Endpoint,
  login: Login,
  limitMs?: number,
): Promise<Record<string, string>> {
  const probe = await open(at, login, probeId(), limitMs);
  const values: Record<string, string> = {};
  try {
    probe.listen((packet) => {
      if (packet.cmd === 'publish' && packet.retain) values[packet.topic] = packet.payload.toString();
    });
    await probe.ask({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 0 }] }, 'suback');
    await probe.ask({ cmd: 'pingreq' }, 'pingresp');
    return values;
  } finally {
    probe.close();
  }
}

/**
 * How many of so many clients at once the broker lets in within the limit. Each stays until all have been tried, so that none gets the place of another. Rejects
 * where this host cannot ask.
 */
export async function countLetIn(at: Endpoint, login: Login, clients: number, limitMs: number): Promise<number> {
  const tried = await Promise.allSettled(Array.from({ length: clients }, () => open(at, login, probeId(), limitMs)));
  const inside = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  for (const probe of inside) probe.close();
  for (const each of tried) if (each.status === 'rejected') noAnswer(each.reason);
  return inside.length;
}

/** What comes of an MQTT CONNECT within the limit. A silent link is open, and nothing comes over it. */
export type LinkState = 'answers' | 'silent' | 'closed';
export const linkState = (at: Endpoint, limitMs: number): Promise<LinkState> =>
  new Promise((resolve) => {
    const socket = connect({ ...at, noDelay: true });
    const end = (state: LinkState): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(state);
    };
    const timer = setTimeout(() => end(socket.readyState === 'open' ? 'silent' : 'closed'), limitMs);
    socket.once('connect', () =>
      socket.write(
        generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: probeId(),
          keepalive: 5,
        }),
      ),
    );
    socket.once('data', () => end('answers'));
    socket.once('error', () => end('closed'));
    socket.once('close', () => end('closed'));
  });

/** Does the broker say anything to an MQTT CONNECT within the limit? It need not let us in. */
export const isAnswering = async (at: Endpoint, limitMs: number): Promise<boolean> =>
  (await linkState(at, limitMs)) === 'answers';
