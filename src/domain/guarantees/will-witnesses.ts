import { matches, shareOf } from './filter.js';
import { grouped } from './grouped.js';
import type { Connection, History, Receipt, Subscription } from './history.js';
import type { Testator } from './will-due.js';

/** A client that can tell what became of a will. */
export interface Witness {
  readonly client: string;
  /** The connection on which it waited since before the death; null: it did not, but received something. */
  readonly connection: Connection | null;
  /** The QoS at which the will reaches it: what it was granted, and no more than the will's own. */
  readonly qos: number;
  /** In the order of the history. */
  readonly received: readonly Receipt[];
  /** How many copies of one message its filters allow. */
  readonly copies: number;
}

/** Where witnesses are found. */
export interface Around {
  readonly subscribersOf: (topic: string) => readonly Subscription[];
  readonly connectionOf: (client: string, number: number) => Connection | undefined;
  readonly receiptsOf: (dead: Testator) => readonly Receipt[];
}

export function aroundOf(
  history: History,
  connectionOf: Around['connectionOf'],
  testators: readonly Testator[],
): Around {
  const wills = new Map(testators.map(({ client, will }) => [keyOf(client, will.topic, will.seq), [] as Receipt[]]));
  const publishers = new Set(testators.map(({ client }) => client));
  for (const receipt of history.receipts)
    if (publishers.has(receipt.publisher))
      wills.get(keyOf(receipt.publisher, receipt.topic, receipt.seq))?.push(receipt);
  for (const list of wills.values()) list.sort((a, b) => a.us - b.us);
  return {
    subscribersOf: subscribersOf(history.subscriptions),
    connectionOf,
    receiptsOf: ({ client, will }) => wills.get(keyOf(client, will.topic, will.seq)) ?? [],
  };
}

const keyOf = (client: string, topic: string, seq: number): string => JSON.stringify([client, topic, seq]);

/** Each topic is looked up once, and filters that name one topic are not compared: thousands of clients may have a will each. */
function subscribersOf(subscriptions: readonly Subscription[]): Around['subscribersOf'] {
  const granted = subscriptions.filter((one) => one.granted !== null && one.granted < 0x80);
  const isExact = ({ filter }: Subscription): boolean => !/[+#]/.test(filter) && shareOf(filter) === null;
  const exact = grouped(granted.filter(isExact), ({ filter }) => filter);
  const others = granted.filter((one) => !isExact(one));
  const known = new Map<string, readonly Subscription[]>();
  return (topic) => {
    const found = known.get(topic) ?? [
      ...(exact.get(topic) ?? []),
      ...others.filter(({ filter }) => matches(filter, topic)),
    ];
    known.set(topic, found);
    return found;
  };
}

/** Who had subscribed to the will's topic and was connected when its client died, and whoever else received it. Its own client is no witness. */
export function witnessesOf(dead: Testator, around: Around): Witness[] {
  const found = around.receiptsOf(dead).filter(({ client }) => client !== dead.client);
  const matching = around.subscribersOf(dead.will.topic).filter(({ client }) => client !== dead.client);
  const waiting = grouped(
    matching.filter((one) => isWaiting(one, dead, around)),
    ({ client }) => client,
  );
  return [...new Set([...waiting.keys(), ...found.map(({ client }) => client)])].map((client): Witness => {
    const own = waiting.get(client) ?? [];
    const [first] = own;
    return {
      client,
      connection: first === undefined ? null : (around.connectionOf(client, first.connection) ?? null),
      qos: Math.min(dead.will.qos, ...own.map(({ granted }) => granted ?? 0)),
      received: found.filter((one) => one.client === client),
      copies: Math.max(1, new Set(matching.filter((one) => one.client === client).map(({ filter }) => filter)).size),
    };
  });
}

/** Whoever is a member of a group may get nothing, because another did. */
function isWaiting({ client, connection, filter, answeredUs }: Subscription, dead: Testator, around: Around): boolean {
  const at = around.connectionOf(client, connection);
  const diedUs = dead.closedUs ?? Infinity;
  if (at === undefined || shareOf(filter) !== null || answeredUs === null || answeredUs >= diedUs) return false;
  return at.closedUs === null || dead.closedUs === null || at.closedUs > diedUs;
}
