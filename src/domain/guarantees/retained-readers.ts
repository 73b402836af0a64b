import { shareOf } from './filter.js';
import { grouped } from './grouped.js';
import type { Connection, History, Receipt, Subscription } from './history.js';
import { topicsOf } from './publications.js';

/** One connection that subscribed to a topic with a new session, and what it was shown of it with the retain flag since its first SUBSCRIBE. */
export interface Reader {
  readonly client: string;
  readonly topic: string;
  readonly endpoint: string;
  /** Its first SUBSCRIBE: what comes later on this connection may answer any of them. */
  readonly sentUs: number;
  readonly answeredUs: number;
  /** When it was gone, or the drain ended. */
  readonly untilUs: number;
  readonly shown: readonly Receipt[];
}

/** Readers of these topics. What a session that goes on is shown may have been meant for an earlier SUBSCRIBE, so it is no reader. */
export function readersOf(history: History, topics: ReadonlyMap<string, unknown>): Reader[] {
  const connections = new Map(history.connections.filter(isNew).map((one) => [keyOf(one.client, one.number), one]));
  const flagged = history.receipts.filter(({ retain, topic }) => retain && topics.has(topic));
  const shown = grouped(flagged, (one) => keyOf(one.client, one.connection, one.topic));
  const seen = new Set<string>();
  // A shared subscription is shown nothing that is retained (MQTT 5, 4.8.2).
  const subscriptions = history.subscriptions.filter(({ filter }) => shareOf(filter) === null).sort(bySending);
  return subscriptions.flatMap((subscription) => {
    const connection = connections.get(keyOf(subscription.client, subscription.connection));
    if (connection === undefined) return [];
    return topicsOf(subscription.filter, topics).flatMap((topic) => {
      const key = keyOf(subscription.client, subscription.connection, topic);
      if (seen.has(key)) return [];
      seen.add(key);
      return readerOf(subscription, topic, { connection, shown: shown.get(key) ?? [], endUs: history.endUs });
    });
  });
}

/** None if the SUBSCRIBE was refused, or perhaps never read. */
function readerOf(
  { client, sentUs, answeredUs, granted }: Subscription,
  topic: string,
  at: { readonly connection: Connection; readonly shown: readonly Receipt[]; readonly endUs: number },
): Reader[] {
  if (sentUs === null || answeredUs === null || granted === null || granted >= 0x80) return [];
  const untilUs = Math.min(at.connection.closedUs ?? Infinity, at.endUs);
  const { endpoint } = at.connection;
  return [{ client, topic, endpoint, sentUs, answeredUs, untilUs, shown: at.shown.filter(({ us }) => us >= sentUs) }];
}

const isNew = ({ clean, sessionPresent }: Connection): boolean => clean || sessionPresent === false;

const bySending = (a: Subscription, b: Subscription): number => (a.sentUs ?? 0) - (b.sentUs ?? 0);

const keyOf = (...parts: readonly (string | number)[]): string => JSON.stringify(parts);
