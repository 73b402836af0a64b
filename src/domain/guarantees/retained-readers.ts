import { shareOf } from './filter.js';
import { grouped } from './grouped.js';
import type { Connection, History, Receipt, Subscription } from './history.js';
import { topicsOf } from './publications.js';

/** One connection that subscribed to a topic, and what it was shown of it with the retain flag since its first SUBSCRIBE. */
export interface Reader {
  readonly client: string;
  readonly topic: string;
  readonly connection: Connection;
  readonly sentUs: number;
  readonly answeredUs: number;
  /** When it was gone, or the drain ended. */
  readonly untilUs: number;
  /** First copies alone: a repeated one answers an older SUBSCRIBE. */
  readonly shown: readonly Receipt[];
  /** Was it shown anything at all, be it repeated? */
  readonly isShown: boolean;
}

/** Readers of these topics. A shared subscription is shown nothing that is retained (MQTT 5, 4.8.2). */
export function readersOf(history: History, topics: ReadonlyMap<string, unknown>): Reader[] {
  const connections = new Map(history.connections.map((one) => [connectionKey(one.client, one.number), one]));
  const flagged = history.receipts.filter(({ retain, topic }) => retain && topics.has(topic));
  const shown = grouped(flagged, (one) => readerKey(one.client, one.connection, one.topic));
  const readers = new Map<string, Reader>();
  for (const subscription of history.subscriptions.filter(isAnswered).sort((a, b) => a.sentUs - b.sentUs)) {
    const { client, sentUs, answeredUs } = subscription;
    const connection = connections.get(connectionKey(client, subscription.connection));
    if (connection === undefined) continue;
    for (const topic of topicsOf(subscription.filter, topics)) {
      const key = readerKey(client, subscription.connection, topic);
      if (readers.has(key)) continue;
      const receipts = (shown.get(key) ?? []).filter(({ us }) => us >= sentUs);
      const untilUs = Math.min(connection.closedUs ?? Infinity, history.endUs);
      const isShown = receipts.length > 0;
      const first = receipts.filter(({ dup }) => dup !== true);
      readers.set(key, { client, topic, connection, sentUs, answeredUs, untilUs, shown: first, isShown });
    }
  }
  return [...readers.values()];
}

const connectionKey = (client: string, number: number): string => `${number} ${client}`;
const readerKey = (client: string, number: number, topic: string): string => JSON.stringify([client, number, topic]);

type Answered = Subscription & { readonly sentUs: number; readonly answeredUs: number };

const isAnswered = (one: Subscription): one is Answered =>
  one.sentUs !== null &&
  one.answeredUs !== null &&
  one.granted !== null &&
  one.granted < 0x80 &&
  shareOf(one.filter) === null;
