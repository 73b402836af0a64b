import type { Socket } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';
import { monotonicUs } from '../../src/host/os/clock.js';
import type { Delivery } from './truth.js';

/** One TCP connection, from its CONNECT on. */
export interface Link {
  readonly socket: Socket;
  readonly clientId: string;
  readonly version: 4 | 5;
  readonly openedUs: number;
  /** The broker has ended it: nothing that still comes counts, and nothing more is sent. */
  cut: boolean;
  /** The client has sent DISCONNECT. */
  goodbye: boolean;
}

/** A message on its way to one subscriber. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly dup: boolean;
  /** Writes it down, at the time at which it was handed to the socket. */
  readonly delivered: (atUs: number, dup: boolean) => Delivery;
}

export interface Session {
  readonly clientId: string;
  readonly clean: boolean;
  readonly filters: Map<string, 0 | 1>;
  link: Link | undefined;
  /** What came while nobody was connected. */
  waiting: Outgoing[];
  /** Delivered and not yet acknowledged by the subscriber, by packet id. */
  readonly inFlight: Map<number, { readonly message: Outgoing; readonly delivery: Delivery }>;
  lastMessageId: number;
  /** Held back until something else has been delivered. */
  swapped: Outgoing[];
}

export const newSession = (clientId: string, clean: boolean): Session => ({
  ...{ clientId, clean, filters: new Map<string, 0 | 1>(), link: undefined },
  ...{ waiting: [], inFlight: new Map(), lastMessageId: 0, swapped: [] },
});

/** False where the other side is gone; then nothing was written. */
export function send(link: Link, packet: Packet): boolean {
  const { socket, version, cut } = link;
  if (cut || socket.destroyed || !socket.writable || socket.readableEnded) return false;
  socket.write(generate(packet, { protocolVersion: version }));
  return true;
}

/** Ends a connection from the broker's side: what was written is read by the client, and whatever it still sends is ignored. */
export function cutLink(link: Link): void {
  link.cut = true;
  link.socket.end();
}

const MESSAGE_IDS = 65_535;

function freeMessageId(session: Session): number {
  if (session.inFlight.size >= MESSAGE_IDS) throw new Error(`${session.clientId}: no packet id is free`);
  do {
    session.lastMessageId = (session.lastMessageId % MESSAGE_IDS) + 1;
  } while (session.inFlight.has(session.lastMessageId));
  return session.lastMessageId;
}

/**
 * Writes a message to its subscriber and into the truth, or keeps it until the subscriber is back.
 * @param id of its packet; a free one if left out
 * @returns the id of its packet
 */
export function deliver(session: Session, message: Outgoing, id?: number): number {
  const { topic, payload, qos, dup, delivered } = message;
  const messageId = qos === 1 ? (id ?? freeMessageId(session)) : 0;
  const atUs = monotonicUs();
  const packet = { cmd: 'publish', topic, payload, qos, dup, retain: false, ...(qos === 1 && { messageId }) } as const;
  if (session.link === undefined || !send(session.link, packet)) {
    session.waiting.push(message);
    return messageId;
  }
  const delivery = delivered(atUs, dup);
  if (qos === 1) session.inFlight.set(messageId, { message, delivery });
  for (const held of session.swapped.splice(0)) deliver(session, held);
  return messageId;
}

/** The subscriber's own PUBACK. */
export function settle(session: Session, messageId: number): void {
  const flight = session.inFlight.get(messageId);
  if (flight !== undefined) flight.delivery.pubackUs = monotonicUs();
  session.inFlight.delete(messageId);
}

/** The client has given its connection up: what it had not acknowledged it may have read, or not. */
export function abandon(session: Session): void {
  for (const { delivery } of session.inFlight.values()) delivery.mayBeUnread = true;
}

/** A subscriber is back: what it had not acknowledged comes again under its packet id, with the DUP flag unless the broker lies, then what has waited. */
export function resume(session: Session, link: Link, dup: boolean): void {
  session.link = link;
  const again = [...session.inFlight];
  session.inFlight.clear();
  for (const [id, { message }] of again) deliver(session, { ...message, dup }, id);
  for (const message of session.waiting.splice(0)) deliver(session, message);
}

/** MQTT's own rule of `+` and `#`. */
export function matches(filter: string, topic: string): boolean {
  const [wanted, got] = [filter.split('/'), topic.split('/')];
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (level !== '+' && level !== got[i]) return false;
  }
  return wanted.length === got.length;
}
