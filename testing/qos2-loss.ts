import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Circumstances } from '../src/domain/guarantees/guarantee.js';
import type { Ack, Connection, History, Qos, Receipt, Send } from '../src/domain/guarantees/history.js';
import { ack, connection, history, receipt, send, subscription } from './guarantee-history.js';

/** Times are microseconds. */
interface Recorded {
  readonly killedUs: number;
  readonly endUs: number;
  /** By client: when it was let in, at which port, and session present (0 or 1). */
  readonly connections: Record<string, [number, number, number][]>;
  /** By topic, `sent`: number, first send, last acknowledgement, PUBREC. `received`: number, receipt, DUP. */
  readonly lanes: Record<string, { sent: [number, number, number?, number?][]; received: [number, number, number][] }>;
}

/** The topic is the client id of its publisher, too. */
const LANES: readonly (readonly [string, Qos])[] = [
  ['q0', 0],
  ['q1', 1],
  ['q2', 2],
];

/**
 * What clients without a library saw on 2026-11-25 when a node of three NATS servers (2.15.1, three replicas, MQTT 3.1.1, persistent sessions) was killed,
 * the leader of `$MQTT_msgs`: 20 messages a second of each QoS to one subscriber, the publishers on another node. Resends of a packet are not recorded, so each message is
 * handed over once. Neither are ends of connections and SUBACKs: the subscriber's first connection ends with its broker, each other one when the next one
 * is open, and subscriptions are answered before the first message.
 */
export function natsQos2Loss(): { readonly history: History; readonly circumstances: Circumstances } {
  const file = new URL('fixtures/nats-qos2-loss.json.gz', import.meta.url);
  const recorded = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Recorded;
  const { killedUs, endUs, lanes } = recorded;
  const connections = Object.keys(recorded.connections).flatMap((client) => connectionsOf(client, recorded));
  const numberAt = (client: string, us: number): number =>
    connections.filter((one) => one.client === client && (one.openedUs ?? Infinity) <= us).length;
  const rows = LANES.map(([topic, qos]) => {
    const over = (client: string, us: number) => ({ topic, publisher: topic, connection: numberAt(client, us) });
    const { sent, received } = lanes[topic] ?? { sent: [], received: [] };
    const acked = (seq: number, step: Ack['step'], us: number | undefined): Ack[] =>
      us === undefined ? [] : [ack(seq, us, { step, ...over(topic, us) })];
    return {
      sends: sent.map(([seq, us]): Send => send(seq, us, { qos, ...over(topic, us) })),
      acks: sent.flatMap(([seq, , last, pubrec]) => [
        ...acked(seq, 'pubrec', pubrec),
        ...acked(seq, qos === 2 ? 'pubcomp' : 'puback', last),
      ]),
      receipts: received.map(([seq, us, dup]): Receipt =>
        receipt(seq, us, { qos, ...over('sub', us), dup: dup === 1 }),
      ),
    };
  });
  const firstUs = connections.find(({ client }) => client === 'sub')?.openedUs ?? 0;
  return {
    history: history({
      ...{ endUs, connections },
      subscriptions: LANES.map(([filter, qos]) =>
        subscription({ filter, qos, granted: qos, sentUs: firstUs, answeredUs: firstUs }),
      ),
      sends: rows.flatMap(({ sends }) => sends),
      acks: rows.flatMap(({ acks }) => acks),
      receipts: rows.flatMap(({ receipts }) => receipts),
    }),
    circumstances: {
      fault: { injectedUs: killedUs, recoveredUs: null, victims: ['127.0.0.1:23102'] },
      broker: { survivesDeath: true, queuedMessages: 100_000, inFlightMessages: null },
    },
  };
}

const connectionsOf = (client: string, { connections, killedUs }: Recorded): Connection[] =>
  (connections[client] ?? []).map(([openedUs, port, isPresent], at, all) => {
    const next = all[at + 1]?.[0] ?? null;
    return connection({
      ...{ client, number: at + 1, endpoint: `127.0.0.1:${port}`, askedUs: null, openedUs },
      sessionPresent: isPresent === 1,
      closedUs: client === 'sub' && next !== null ? killedUs : next,
      closedBy: next === null ? null : 'unknown',
    });
  });
