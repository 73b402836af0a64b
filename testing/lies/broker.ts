import { createServer, type AddressInfo, type Socket } from 'node:net';
import { parser, type Packet } from 'mqtt-packet';
import { cutLink } from '../truth/sessions.js';
import { emptyBook, type Book } from './book.js';
import { asked, connected, ended } from './connections.js';
import type { Liar } from './liar.js';
import { handle } from './packets.js';
import { later, nowMs, type Broker, type Guest, type Seen } from './state.js';

/** How often it is looked for clients that say nothing more. */
const LOOK_MS = 100;

export interface LyingBroker {
  /** Two addresses of one broker. */
  readonly endpoints: readonly string[];
  readonly book: Book;
  readonly seen: Readonly<Seen>;
  /** Nothing more comes of what has happened so far. */
  readonly isIdle: () => boolean;
}

/** Who still has a will is to die; who is away, and has a session, is to come back. */
const isIdle = ({ seen, sessions, guests, acked }: Broker): boolean =>
  nowMs() > seen.untilMs &&
  [...guests].every(({ will }) => will === undefined) &&
  [...sessions.values()].every(
    ({ clientId, waiting, inFlight, held, filters, link }) =>
      waiting.length + inFlight.size + held.size === 0 &&
      (link !== undefined || (filters.size === 0 && ![...acked.keys()].some((lane) => lane.endsWith(` ${clientId}`)))),
  );

/** Runs `work` with a broker of MQTT 3.1.1 and 5 in this process, which has QoS 2, retained values, sessions and wills, and does all of it right but for what its liar decides. */
export async function withLiar<T>(liar: Liar, work: (broker: LyingBroker) => Promise<T>): Promise<T> {
  const broker: Broker = {
    ...{ liar, book: emptyBook(), sessions: new Map(), guests: new Set(), connects: new Map() },
    ...{ retained: new Map(), written: new Map(), acked: new Map(), wills: new Map(), timers: new Set() },
    ...{ known: new Set(), lost: new Set(), turns: new Map() },
    seen: { connects: 0, published: new Map(), untilMs: 0 },
  };
  const sockets = new Set<Socket>();
  const servers = Array.from({ length: 2 }, () =>
    createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
      serve(broker, socket);
    }),
  );
  const look = setInterval(() => endMute(broker), LOOK_MS);
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const endpoints = servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
    return await work({ endpoints, book: broker.book, seen: broker.seen, isIdle: () => isIdle(broker) });
  } finally {
    clearInterval(look);
    for (const timer of broker.timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
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
      const nth = asked(broker, packet);
      // Who was here before waits for its CONNACK, so that something comes while it is away.
      const waitMs = broker.sessions.has(packet.clientId) ? broker.liar.letsBackInAfterMs : 0;
      if (waitMs === 0) guest = connected(broker, socket, packet, nth);
      else
        later(broker, waitMs, () => {
          if (!socket.destroyed) guest = connected(broker, socket, packet, nth);
        });
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
