import { grouped } from './grouped.js';
import { shareOf } from './filter.js';
import { byMessage, type Connection, type History, type Receipt, type Subscription } from './history.js';
import { EARLY_US, endEarliestUs } from './connection-ends.js';
import { copiesAllowed, subscribersOf } from './subscribers.js';
import type { Testator } from './will-due.js';

/** A client that can tell what became of a will. */
export interface Witness {
  readonly client: string;
  /** The connection on which it waited since before the death; null: it did not, but received something. */
  readonly connection: Connection | null;
  /** The QoS at which the will reaches it: what it was granted, and no more than the will's own. */
  readonly qos: number;
  /** In time order. */
  readonly received: readonly Receipt[];
  /** How many copies of one message its filters allow. */
  readonly copies: number;
}

export type ConnectionOf = (client: string, number: number) => Connection | undefined;

/** Who had subscribed to the will's topic and was connected when its client died, and whoever else received it. Its own client is no witness. */
export function witnessesIn(history: History, connectionOf: ConnectionOf): (dead: Testator) => Witness[] {
  const subscribers = subscribersOf(history.subscriptions);
  const wills = new Set(history.connections.flatMap(({ client, will }) => (will === null ? [] : [client])));
  const receipts = byMessage(history.receipts.filter(({ publisher }) => wills.has(publisher)));
  return (dead) => {
    const { topic, seq, qos } = dead.will;
    const matching = subscribers(topic);
    const found = grouped(
      receipts.of({ publisher: dead.client, topic, seq }).toSorted((a, b) => a.us - b.us),
      ({ client }) => client,
    );
    return [...new Set([...matching.keys(), ...found.keys()])].flatMap((client): Witness[] => {
      const own = (matching.get(client) ?? []).filter((one) => isWaiting(one, dead, connectionOf));
      const received = found.get(client) ?? [];
      const [first] = own;
      if (client === dead.client || (first === undefined && received.length === 0)) return [];
      return [
        {
          ...{ client, received, copies: Math.max(1, copiesAllowed(matching.get(client))) },
          connection: first === undefined ? null : (connectionOf(client, first.connection) ?? null),
          qos: Math.min(qos, ...own.map(({ granted }) => granted ?? 0)),
        },
      ];
    });
  };
}

/** Whoever is a member of a group may get nothing, because another did. A SUBACK shortly before the death may not be known everywhere yet. */
function isWaiting(
  { client, connection, filter, answeredUs }: Subscription,
  dead: Testator,
  connectionOf: ConnectionOf,
): boolean {
  const at = connectionOf(client, connection);
  if (at === undefined || shareOf(filter) !== null || answeredUs === null) return false;
  return answeredUs + EARLY_US < endEarliestUs(dead) && (at.closedUs ?? Infinity) > (dead.closedUs ?? -Infinity);
}
