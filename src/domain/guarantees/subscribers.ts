import { matches } from './filter.js';
import type { Subscription } from './history.js';

/** Who gets a topic: the subscriptions that match it and were not refused, by client. */
export type Subscribers = (topic: string) => ReadonlyMap<string, readonly Subscription[]>;

/** Each topic is matched once: there are a million messages, and few topics. */
export function subscribersOf(subscriptions: readonly Subscription[]): Subscribers {
  const known = new Map<string, ReadonlyMap<string, readonly Subscription[]>>();
  const accepted = subscriptions.filter(({ granted }) => granted === null || granted < 0x80);
  return (topic) => {
    const held = known.get(topic);
    if (held !== undefined) return held;
    const byClient = new Map<string, Subscription[]>();
    for (const one of accepted.filter(({ filter }) => matches(filter, topic)))
      byClient.set(one.client, [...(byClient.get(one.client) ?? []), one]);
    known.set(topic, byClient);
    return byClient;
  };
}

/** How many copies of one message 3.3.5 allows: one for each filter that matches it. 0: no filter is known. */
export const copiesAllowed = (matching: readonly Subscription[] | undefined): number =>
  new Set(matching?.map(({ filter }) => filter)).size;
