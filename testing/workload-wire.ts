import type { IPublishPacket, Packet } from 'mqtt-packet';
import { expect } from 'vitest';
import type { EventLedger, LedgerEvent } from './event-ledger.js';
import type { CutAfter, Tapped, Wiretap } from './wiretap.js';

/** What went over the wire, and what a ledger of version 2 says of it, in one form: lists that begin with the client id and the number of the connection. */
export type Entry = readonly [client: string, connection: number, ...rest: unknown[]];

export const rows = ({ events }: EventLedger, ...kinds: string[]): LedgerEvent[] =>
  events.filter(({ event }) => kinds.includes(event));

export const asSend = (row: LedgerEvent): Entry => [row.client, row.connection, row['topic'], row['seq'], row['qos']];
export const asAck = (row: LedgerEvent): Entry => [row.client, row.connection, row['topic'], row['seq'], row['step']];
export const asReceipt = (row: LedgerEvent): Entry => [...asSend(row), row['dup']];
export const asConnack = (row: LedgerEvent): Entry => [row.client, row.connection, row['code'], row['session_present']];

export const isPublish = (packet: Packet): packet is IPublishPacket => packet.cmd === 'publish';
export const seqOf = ({ payload }: IPublishPacket): number => (JSON.parse(payload.toString()) as { seq: number }).seq;

/** What the publisher handed over: a PUBLISH with DUP is the one of before once more. */
export const sendsOn = ({ packets }: Wiretap): Entry[] =>
  packets.flatMap(({ from, clientId, connection, packet }): Entry[] =>
    from === 'client' && isPublish(packet) && !packet.dup
      ? [[clientId, connection, packet.topic, seqOf(packet), packet.qos]]
      : [],
  );

/** The answers to it: which message each is of is told by the packet id, for as long as that is in use. */
export function acksOn({ packets }: Wiretap): Entry[] {
  const inUse = new Map<string, [string, number]>();
  return packets.flatMap(({ from, clientId, connection, packet }): Entry[] => {
    const key = `${clientId} ${packet.messageId}`;
    if (from === 'client' && isPublish(packet) && packet.qos > 0) inUse.set(key, [packet.topic, seqOf(packet)]);
    const isAck = packet.cmd === 'puback' || packet.cmd === 'pubrec' || packet.cmd === 'pubcomp';
    return from === 'broker' && isAck ? [[clientId, connection, ...(inUse.get(key) ?? []), packet.cmd]] : [];
  });
}

/**
 * What was delivered. A QoS 2 packet that comes again before its PUBREL is the same delivery, unless the client ended its connection before it had read it:
 * how far it read is known by its ledger alone.
 */
export function receiptsOn({ packets }: Wiretap, ledger: EventLedger): Entry[] {
  const held = new Set<string>();
  const room = readBeforeItsEnd(ledger);
  return packets.flatMap(({ from, clientId, connection, packet }): Entry[] => {
    const key = `${clientId} ${packet.messageId}`;
    if (from === 'broker' && packet.cmd === 'pubrel') held.delete(key);
    if (from !== 'broker' || !isPublish(packet) || (packet.qos === 2 && held.has(key))) return [];
    const on = keyOf(clientId, connection);
    const left = room.get(on) ?? Infinity;
    if (left === 0) return [];
    room.set(on, left - 1);
    if (packet.qos === 2) held.add(key);
    return [[clientId, connection, packet.topic, seqOf(packet), packet.qos, packet.dup]];
  });
}

/** Of each connection that the client itself ended: how many deliveries it recorded. */
function readBeforeItsEnd(ledger: EventLedger): Map<string, number> {
  const counts = new Map(leftIn(ledger).map(({ client, connection }) => [keyOf(client, connection), 0]));
  for (const { client, connection } of rows(ledger, 'receive')) {
    const key = keyOf(client, connection);
    const count = counts.get(key);
    if (count !== undefined) counts.set(key, count + 1);
  }
  return counts;
}

const leftIn = (ledger: EventLedger): LedgerEvent[] =>
  rows(ledger, 'close').filter(({ by }) => /^own-/.test(String(by)));

export const connacksOn = ({ packets }: Wiretap): Entry[] =>
  packets.flatMap(({ clientId, connection, packet }): Entry[] =>
    packet.cmd === 'connack'
      ? [[clientId, connection, packet.reasonCode ?? packet.returnCode, packet.sessionPresent]]
      : [],
  );

export const sorted = (list: readonly (readonly unknown[])[]): string[] =>
  list.map((each) => JSON.stringify(each)).sort();

const keyOf = (client: string, connection: number): string => `${connection} ${client}`;

function byConnection(list: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of list) {
    const key = keyOf(entry[0], entry[1]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return groups;
}

/** In their order on each connection; where that was still open at the end of the drain, up to there, and where the client itself ended it, as far as it read. */
export function expectSame(recorded: readonly Entry[], wire: readonly Entry[], ledger: EventLedger): void {
  const ended = new Set(
    rows(ledger, 'close').flatMap(({ client, connection, by }) => (by === 'peer' ? [keyOf(client, connection)] : [])),
  );
  const all = byConnection(recorded);
  for (const [connection, expected] of byConnection(wire)) {
    const got = all.get(connection) ?? [];
    expect(got, connection).toEqual(ended.has(connection) ? expected : expected.slice(0, got.length));
    all.delete(connection);
  }
  expect([...all.keys()], 'connections that nobody saw').toEqual([]);
}

/** Cuts after the nth packet of each kind, such as `client pubrel`. */
export function cutting(after: readonly { readonly kind: string; readonly nth: number }[]): CutAfter {
  const seen = new Map<string, number>();
  return ({ from, packet }: Tapped) => {
    const kind = `${from} ${packet.cmd}`;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return after.some((cut) => cut.kind === kind && cut.nth === seen.get(kind));
  };
}

/** What a client is in its workload: the end of its id, such as `pub`. */
const roleOf = (client: string): string => /(?:pub|sub(?:-\d+)?)$/.exec(client)?.[0] ?? client;

/** Who of them left its endpoint of its own accord, in the order of time, and whether with a DISCONNECT, which must be as it was on the wire. */
export function movesOf(ledger: EventLedger, { packets }: Wiretap): string[] {
  const moves = leftIn(ledger);
  const said = packets.flatMap(({ clientId, connection, packet }) =>
    packet.cmd === 'disconnect' ? [keyOf(clientId, connection)] : [],
  );
  for (const { client, connection, by } of moves)
    expect([client, by]).toEqual([client, said.includes(keyOf(client, connection)) ? 'own-disconnect' : 'own-cut']);
  return moves.map(({ client, by }) => `${roleOf(client)} ${String(by)}`);
}

/** The places of the endpoints to which each of them sent a CONNECT, in the order of time. */
export function placesOn({ packets, endpoints }: Wiretap): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const { clientId, endpoint, packet } of packets) {
    const role = roleOf(clientId);
    if (packet.cmd === 'connect') places.set(role, [...(places.get(role) ?? []), endpoints.indexOf(endpoint)]);
  }
  return places;
}

/** Each PUBLISH of a client, and of one that was sent again on another connection only the first: what its session sends again is no other message. */
export const firstSendsOn = ({ packets }: Wiretap): unknown[][] => {
  const first = new Map<string, unknown[]>();
  for (const { from, clientId, packet } of packets)
    if (from === 'client' && isPublish(packet)) {
      const { topic, qos } = packet;
      first.set(`${clientId} ${topic} ${seqOf(packet)}`, [clientId, topic, seqOf(packet), qos]);
    }
  return [...first.values()];
};
