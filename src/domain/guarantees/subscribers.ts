import { matches } from './filter.js';
import { grouped } from './grouped.js';
import { mayStand, type Subscription } from './history.js';

/** Who gets a topic: the subscriptions that match it and were not refused, by client. */
export type Subscribers = (topic: string) => ReadonlyMap<string, readonly Subscription[]>;

/** Each topic is matched once: there are a million messages, and few topics. */
export function subscribersOf(subscriptions: readonly Subscription[]): Subscribers {
  const known = new Map<string, ReadonlyMap<string, readonly Subscription[]>>();
  const accepted = subscriptions.filter(mayStand);
  return (topic) => {
    const held = known.get(topic);
    if (held !== undefined) return held;
    const matching = accepted.filter(({ filter }) => matches(filter, topic));
    const byClient = grouped(matching, ({ client }) => client);
    known.set(topic, byClient);
    return byClient;
  };
}

/** How many copies of one message 3.3.5 allows: one for each filter that matches it. 0: no filter is known. */
export const copiesAllowed = (matching: readonly Subscription[] | undefined): number =>
  new Set(matching?.map(({ filter }) => filter)).size;
