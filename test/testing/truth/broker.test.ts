import { connect, type Socket } from 'node:net';
import { generate, parser, type IConnectPacket, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../../../testing/truth/behaviour.js';
import { withTruthBroker, type TruthBroker } from '../../../testing/truth/broker.js';
import { messagesOf, type MessageTruth } from '../../../testing/truth/truth.js';
import { pollUntil } from '../../../src/host/os/clock.js';

/** A client of packets: what comes in stands in `got`, and nothing is done with it. */
interface Peer {
  readonly got: Packet[];
  send(packet: Packet): void;
  /** Resolves with the nth packet of its kind, from 1. */
  next<C extends Packet['cmd']>(cmd: C, nth?: number): Promise<Extract<Packet, { cmd: C }>>;
  readonly ended: Promise<unknown>;
}

async function peer(endpoint: string, version: 4 | 5, options: Partial<IConnectPacket> = {}): Promise<Peer> {
  const [host = '', port] = endpoint.split(':');
  const socket: Socket = connect(Number(port), host);
  const packets = parser({ protocolVersion: version });
  const got: Packet[] = [];
  socket.on('data', (data) => packets.parse(data));
  socket.on('error', () => undefined);
  packets.on('packet', (packet: Packet) => got.push(packet));
  const send = (packet: Packet): void => void socket.write(generate(packet, { protocolVersion: version }));
  const connection = { protocolId: 'MQTT', protocolVersion: version, clean: true, keepalive: 0 } as const;
  send({ cmd: 'connect', clientId: `guest-${Math.random()}`, ...connection, ...options });
  return {
    got,
    send,
    ended: new Promise((resolve) => socket.once('close', resolve)),
    next: async (cmd, nth = 1) => {
      const kind = (): Packet[] => got.filter((packet) => packet.cmd === cmd);
      await pollUntil(() => Promise.resolve(kind()[nth - 1]), { limitMs: 5000, everyMs: 5 });
      const found = kind()[nth - 1];
      if (found === undefined) throw new Error(`${cmd} ${nth}: expected it within 5 s, got ${JSON.stringify(got)}`);
      return found as Extract<Packet, { cmd: typeof cmd }>;
    },
  };
}

const payload = (seq: number): string => JSON.stringify({ seq, intended_us: 1 });
const publish = (seq: number): Packet =>
  ({
    cmd: 'publish',
    topic: 't',
    payload: payload(seq),
    qos: 1,
    messageId: seq + 1,
    dup: false,
    retain: false,
  }) as const;
const subscribe: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] };
const seqsOf = (received: Peer): unknown[] =>
  received.got.flatMap((p) =>
    p.cmd === 'publish' ? [(JSON.parse(Buffer.from(p.payload).toString()) as { seq: unknown }).seq] : [],
  );

async function pair(broker: TruthBroker, version: 4 | 5 = 4): Promise<{ publisher: Peer; subscriber: Peer }> {
  const [publisher, subscriber] = [await peer(broker.endpoint, version), await peer(broker.endpoint, version)];
  subscriber.send(subscribe);
  await Promise.all([publisher.next('connack'), subscriber.next('suback')]);
  return { publisher, subscriber };
}

/** Sends three messages to a broker of this behaviour; what its subscriber gets, and what it wrote down. */
const three = (treat: NonNullable<Behaviour['treat']>, settledWhen: (p: Peer, s: Peer) => boolean) =>
  withTruthBroker({ treat }, async (broker) => {
    const { publisher, subscriber } = await pair(broker);
    for (const seq of [0, 1, 2]) publisher.send(publish(seq));
    const settled = await pollUntil(async () => settledWhen(publisher, subscriber) || undefined, {
      limitMs: 5000,
      everyMs: 5,
    });
    expect(settled).toBe(true);
    const truth = [...messagesOf(broker.truth, 't').values()];
    return { publisher, subscriber, truth };
  });

const count = (p: Peer, cmd: Packet['cmd']): number => p.got.filter((packet) => packet.cmd === cmd).length;
const tally = (truth: MessageTruth[]): unknown[] =>
  truth.map(({ pubacksUs, deliveries }) => [pubacksUs.length, deliveries.map(({ dup }) => dup)]);

describe('the broker that lies on purpose', () => {
  it('acknowledges and delivers everything once where it is told nothing, and writes that down', async () => {
    const { subscriber, truth } = await three(
      () => undefined,
      (p, s) => count(p, 'puback') === 3 && count(s, 'publish') === 3,
    );
    expect(seqsOf(subscriber)).toEqual([0, 1, 2]);
    expect(tally(truth)).toEqual([
      [1, [false]],
      [1, [false]],
      [1, [false]],
    ]);
  });

  it('drops after the PUBACK, delivers without one, and does neither', async () => {
    const treatments = [{ copies: 0 }, { puback: false }, { puback: false, copies: 0 }];
    const { publisher, subscriber, truth } = await three(
      ({ seq }) => treatments[seq],
      (p, s) => count(p, 'puback') === 1 && count(s, 'publish') === 1,
    );
    expect((await publisher.next('puback')).messageId).toBe(1);
    expect(seqsOf(subscriber)).toEqual([1]);
    expect(tally(truth)).toEqual([
      [1, []],
      [0, [false]],
      [0, []],
    ]);
  });

  it('delivers twice with and without the DUP flag, and swaps the order', async () => {
    const treatments = [{ copies: 2 }, { copies: 2, flagged: true, swapped: true }, {}];
    const { subscriber, truth } = await three(
      ({ seq }) => treatments[seq],
      (_, s) => count(s, 'publish') === 5,
    );
    expect(seqsOf(subscriber)).toEqual([0, 0, 2, 1, 1]);
    const flags = subscriber.got.flatMap((p) => (p.cmd === 'publish' ? [p.dup] : []));
    expect(flags).toEqual([false, false, false, false, true]);
    expect(tally(truth)).toEqual([
      [1, [false, false]],
      [1, [false, true]],
      [1, [false]],
    ]);
  });

  it('delays deliveries and acknowledgements by what it is told, and stamps what it did', async () => {
    const { truth } = await three(
      ({ seq }) => ({ deliverAfterMs: seq * 100, pubackAfterMs: 150 }),
      (p, s) => count(p, 'puback') === 3 && count(s, 'publish') === 3,
    );
    for (const { seq, arrivalsUs, deliveries, pubacksUs } of truth) {
      expect(deliveries[0]!.atUs - arrivalsUs[0]!).toBeGreaterThanOrEqual(seq * 99_000);
      expect(pubacksUs[0]! - arrivalsUs[0]!).toBeGreaterThanOrEqual(149_000);
    }
  });

  it('is mute for the length of a stall: nothing is acknowledged, delivered or answered in it', async () => {
    await withTruthBroker({ treat: ({ seq }) => (seq === 1 ? { stallMs: 400 } : undefined) }, async (broker) => {
      const { publisher, subscriber } = await pair(broker);
      for (const seq of [0, 1, 2]) publisher.send(publish(seq));
      const late = await peer(broker.endpoint, 4);
      await Promise.all([publisher.next('puback', 3), subscriber.next('publish', 3), late.next('connack')]);
      const [stall] = broker.truth.stalls;
      expect(stall!.toUs - stall!.fromUs).toBeGreaterThanOrEqual(399_000);
      const stamps = [...broker.truth.messages.values()].flatMap((m) => [...m.pubacksUs, m.deliveries[0]!.atUs]);
      expect(stamps).toHaveLength(6);
      expect(stamps.filter((us) => us > stall!.fromUs && us < stall!.toUs)).toEqual([]);
    });
  });

  it('cuts a publisher before and after the PUBACK, in order', async () => {
    for (const [cut, pubacks, deliveries] of [
      ['publisher-unprocessed', 1, [0]],
      ['publisher-unacknowledged', 1, [0, 1]],
      ['publisher-acknowledged', 2, [0, 1]],
    ] as const) {
      await withTruthBroker({ treat: ({ seq }) => (seq === 1 ? { cut } : undefined) }, async (broker) => {
        const { publisher, subscriber } = await pair(broker);
        for (const seq of [0, 1, 2]) publisher.send(publish(seq));
        await publisher.ended;
        await subscriber.next('publish', deliveries.length);
        expect(count(publisher, 'puback'), cut).toBe(pubacks);
        expect(seqsOf(subscriber), cut).toEqual(deliveries);
      });
    }
  });

  it.each([
    [false, true, [0, 1, 2]],
    [true, false, [2]],
  ] as const)('cuts a subscriber; its session is lost: %s', async (losesSession, sessionPresent, expected) => {
    const treat: Behaviour['treat'] = ({ seq }) =>
      seq === 1 ? { cut: 'subscriber-undelivered', losesSession } : undefined;
    await withTruthBroker({ treat }, async (broker) => {
      const publisher = await peer(broker.endpoint, 4);
      const first = await peer(broker.endpoint, 4, { clientId: 'x-sub', clean: false });
      first.send(subscribe);
      await first.next('suback');
      publisher.send(publish(0));
      await first.next('publish');
      publisher.send(publish(1));
      await first.ended;
      const second = await peer(broker.endpoint, 4, { clientId: 'x-sub', clean: false });
      expect((await second.next('connack')).sessionPresent).toBe(sessionPresent);
      second.send(subscribe);
      await second.next('suback');
      publisher.send(publish(2));
      await second.next('publish', expected.length);
      expect(seqsOf(second)).toEqual(expected);
      // Delivered, never acknowledged by the subscriber, and therefore delivered again.
      const again = losesSession ? [false] : [false, true];
      expect(
        messagesOf(broker.truth, 't')
          .get(0)!
          .deliveries.map(({ dup }) => dup),
      ).toEqual(again);
      expect(broker.dropped).toEqual(losesSession ? [1] : []);
    });
  });

  it('refuses logins and subscriptions with the code that it is told', async () => {
    await withTruthBroker({ connack: ({ nth }) => (nth === 1 ? 5 : 0), suback: () => 0x80 }, async (broker) => {
      const refused = await peer(broker.endpoint, 4);
      expect(await refused.next('connack')).toMatchObject({ returnCode: 5, sessionPresent: false });
      await refused.ended;
      const guest = await peer(broker.endpoint, 4);
      guest.send(subscribe);
      expect((await guest.next('suback')).granted).toEqual([0x80]);
    });
  });

  it('speaks MQTT 5, and refuses a message with a reason code there, which is no acknowledgement', async () => {
    await withTruthBroker(
      { treat: ({ nth }) => (nth === 1 ? { puback: 0x97, copies: 0 } : undefined) },
      async (broker) => {
        const { publisher, subscriber } = await pair(broker, 5);
        publisher.send(publish(0));
        expect(await publisher.next('puback')).toMatchObject({ messageId: 1, reasonCode: 0x97 });
        publisher.send(publish(0));
        expect(await publisher.next('puback', 2)).toMatchObject({ messageId: 1, reasonCode: 0 });
        expect(await subscriber.next('publish')).toMatchObject({ topic: 't', qos: 1 });
        const truth = messagesOf(broker.truth, 't').get(0)!;
        expect([truth.arrivalsUs.length, truth.refusalsUs.length, truth.pubacksUs.length]).toEqual([2, 1, 1]);
      },
    );
  });

  it('knows a message that says nothing about itself by its place', async () => {
    await withTruthBroker({}, async (broker) => {
      const { publisher } = await pair(broker);
      for (const text of ['a', '{', 'a']) publisher.send({ ...publish(0), payload: text } as Packet);
      await publisher.next('puback', 3);
      expect([...messagesOf(broker.truth, 't').keys()]).toEqual([0, 1, 2]);
    });
  });
});
