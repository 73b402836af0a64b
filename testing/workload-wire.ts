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

/** What was delivered. A QoS 2 packet that comes again before its PUBREL is the same delivery. */
export function receiptsOn({ packets }: Wiretap): Entry[] {
  const held = new Set<string>();
  return packets.flatMap(({ from, clientId, connection, packet }): Entry[] => {
    const key = `${clientId} ${packet.messageId}`;
    if (from === 'broker' && packet.cmd === 'pubrel') held.delete(key);
    if (from !== 'broker' || !isPublish(packet) || (packet.qos === 2 && held.has(key))) return [];
    if (packet.qos === 2) held.add(key);
    return [[clientId, connection, packet.topic, seqOf(packet), packet.qos, packet.dup]];
  });
}

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

/** In their order on each connection; where that was still open at the end of the drain, up to there. */
export function expectSame(recorded: readonly Entry[], wire: readonly Entry[], ledger: EventLedger): void {
  const ended = new Set(rows(ledger, 'close').map(({ client, connection }) => keyOf(client, connection)));
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
