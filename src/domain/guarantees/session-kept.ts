import type { Case } from './cases.js';
import { shareOf } from './filter.js';
import type { Circumstances, Violation } from './guarantee.js';
import type { History, Subscription } from './history.js';
import { DIED, mayHaveDied } from './hurt.js';
import { firstFrom, topicsOf, type FirstReceipts, type Publication } from './publications.js';
import type { Opened } from './session-lives.js';
import { closes, opens } from './session-present.js';

/** How long a client must be back, and the fault be over, before the end of the drain: what has not come by then never does. */
export const BACK_US = 5_000_000;

/** One session of one client, and all that is asked of it. */
export interface Kept {
  readonly life: readonly Opened[];
  /** The client's, in the order in which they were made. */
  readonly subscriptions: readonly Subscription[];
  readonly publications: ReadonlyMap<string, readonly Publication[]>;
  readonly received: FirstReceipts;
  /** Where a publisher was when it sent this; null: not recorded. */
  readonly publisherAt: (publication: Publication) => string | null;
  readonly history: History;
  readonly circumstances: Circumstances;
}

/** What a session kept for its client, at each connection that resumed it. */
export const keptCases = (kept: Kept): Case[] =>
  kept.life.slice(1).flatMap((back, at) => {
    const before = kept.life[at];
    if (before === undefined) return [];
    return [...awayCases(kept, before, back), ...stayCases(kept, before, back)];
  });

/** Each message that was sent and acknowledged while the client was away. */
function awayCases(kept: Kept, left: Opened, back: Opened): Case[] {
  const leftUs = left.closedUs;
  if (leftUs === null) return [];
  const topics = subscribedTopics(kept, left.number);
  const away = topics.flatMap((topic) => sentBetween(kept, topic, leftUs, back.openedUs));
  const missing = away.filter((one) => kept.received(one) === Infinity);
  const isFull = missing.length > 0 && mayHaveOverflowed(kept, topics, left, back.openedUs);
  return away.map((one) => {
    if (kept.received(one) < Infinity) return null;
    return isFull ? OVERFLOWED : (excuse(kept, one) ?? neverCame(kept, left, one, back));
  });
}

/** Each topic of which all messages were missing that were sent and acknowledged after the session had been resumed, and nothing was subscribed to again. */
function stayCases(kept: Kept, before: Opened, back: Opened): Case[] {
  if (kept.subscriptions.some(({ connection }) => connection === back.number)) return [];
  return subscribedTopics(kept, before.number).flatMap((topic) => {
    const since = sentBetween(kept, topic, back.openedUs, back.closedUs ?? Infinity);
    const first = since[0];
    if (first === undefined) return [];
    if (since.some((one) => kept.received(one) < Infinity)) return [null];
    return [excuse(kept, first) ?? isGone(kept, since, back)];
  });
}

const OVERFLOWED = 'more was sent while a client was away than the broker declares that it keeps';

/** Why nobody can demand that this message arrived; null: it had to. */
function excuse({ life, history, circumstances, publisherAt }: Kept, message: Publication): string | null {
  const last = life.at(-1);
  const { fault } = circumstances;
  if (last === undefined || (last.closedUs !== null && last.closedUs < history.endUs))
    return 'a client was not there at the end of the drain';
  const overUs = fault === null ? -Infinity : (fault.recoveredUs ?? Infinity);
  if (history.endUs - Math.max(last.openedUs, overUs, message.ackedUs) < BACK_US)
    return 'the drain ended too soon after a client or the broker was back';
  const endpoints = [...life.map(({ endpoint }) => endpoint), publisherAt(message) ?? ''];
  return mayHaveDied(circumstances, endpoints, message.sentUs, history.endUs) ? DIED : null;
}

/** Topics that the session asked for at QoS 1 or 2 on this connection or an earlier one; the last answer for a filter counts. */
function subscribedTopics({ life, subscriptions, publications }: Kept, upTo: number): string[] {
  const granted = new Map<string, number>();
  for (const { connection, filter, granted: qos } of subscriptions)
    if (connection <= upTo && life.some(({ number }) => number === connection) && qos !== null && qos < 0x80)
      granted.set(filter, qos);
  const filters = [...granted].filter(([filter, qos]) => qos > 0 && shareOf(filter) === null);
  return [...new Set(filters.flatMap(([filter]) => topicsOf(filter, publications)))];
}

/** What was sent and acknowledged in this time. */
function sentBetween({ publications }: Kept, topic: string, fromUs: number, toUs: number): Publication[] {
  const list = publications.get(topic) ?? [];
  const sent = list.slice(firstFrom(list, sentUs, fromUs), firstFrom(list, sentUs, toUs));
  return sent.filter(({ qos, ackedUs }) => qos > 0 && ackedUs <= toUs);
}

const sentUs = (one: Publication): number => one.sentUs;

/** May more have waited than the broker keeps? Each hand-over may wait, whatever its QoS, and so may what had not arrived when the client left. */
function mayHaveOverflowed(kept: Kept, topics: readonly string[], left: Opened, backUs: number): boolean {
  const { queuedMessages } = kept.circumstances.broker;
  if (queuedMessages === null) return true;
  const beganUs = kept.life[0]?.openedUs ?? 0;
  let waiting = 0;
  for (const topic of topics) {
    const list = kept.publications.get(topic) ?? [];
    for (const one of list.slice(firstFrom(list, sentUs, beganUs), firstFrom(list, sentUs, backUs)))
      if (kept.received(one) >= (left.closedUs ?? 0)) waiting += one.handOvers;
  }
  return waiting > queuedMessages;
}

const neverCame = ({ history }: Kept, left: Opened, message: Publication, back: Opened): Violation => ({
  text: `${message.publisher}'s message ${message.seq} on ${message.topic} was acknowledged while ${back.client} was away, and never came although its session was resumed`,
  moments: [
    closes(left),
    { us: message.sentUs, who: message.publisher, what: 'send', text: `sends ${message.seq}` },
    { us: message.ackedUs, who: message.publisher, what: 'ack', text: `${message.seq} acknowledged` },
    opens(back, 'session present'),
    { us: history.endUs, who: back.client, what: 'never', text: `${message.seq} never came` },
  ],
});

function isGone({ history }: Kept, since: readonly Publication[], back: Opened): Violation {
  const [first] = since;
  const { publisher = '', topic = '', seq = 0, sentUs: us = 0, ackedUs = 0 } = first ?? {};
  return {
    text: `${back.client}'s session was resumed, and none of the ${since.length} messages on ${topic} that were acknowledged afterwards came: its subscription is gone`,
    moments: [
      opens(back, 'session present'),
      { us, who: publisher, what: 'send', text: `sends ${seq}` },
      { us: ackedUs, who: publisher, what: 'ack', text: `${seq} acknowledged` },
      { us: history.endUs, who: back.client, what: 'never', text: `nothing on ${topic} came` },
    ],
  };
}
