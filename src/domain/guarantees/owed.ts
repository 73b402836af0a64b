import { grouped } from './grouped.js';
import type { Circumstances } from './guarantee.js';
import { matches, shareOf } from './filter.js';
import { byMessage, isAccepted, type Ack, type ByMessage, type History, type MessageId, type Send } from './history.js';
import { isConnected, type Standing } from './subscribed.js';

/** A message that the broker took over with its last acknowledgement, and so owes to everybody who was subscribed. */
export interface Owed extends MessageId {
  readonly qos: 1 | 2;
  /** The first hand-over. */
  readonly sentUs: number;
  /** PUBACK or PUBCOMP. */
  readonly ackedUs: number;
  /** Handed over once and acknowledged on the same connection: the broker got it once. */
  readonly isSentOnce: boolean;
}

/** What is owed to a subscription with this filter, if it stood all the time; in the order of the topics. */
export type OwedTo = (filter: string) => readonly Owed[];

export function owedOf({ sends, acks }: History): OwedTo {
  const acked = byMessage(acks);
  const owed: Owed[] = [];
  for (const handovers of byMessage(sends).all()) {
    const one = owedBy(handovers, acked);
    if (one !== null) owed.push(one);
  }
  const byTopic = grouped(owed, ({ topic }) => topic);
  const found = new Map<string, readonly Owed[]>();
  return (filter) => {
    const held = found.get(filter);
    if (held !== undefined) return held;
    const wanted = shareOf(filter)?.filter ?? filter;
    const list = /[+#]/.test(wanted)
      ? [...byTopic].flatMap(([topic, messages]) => (matches(wanted, topic) ? messages : []))
      : (byTopic.get(wanted) ?? []);
    found.set(filter, list);
    return list;
  };
}

/** An empty payload names no message: who receives it cannot say which one it was. */
function owedBy(sends: readonly Send[], acked: ByMessage<Ack>): Owed | null {
  const first = sends.reduce((a, b) => (b.us < a.us ? b : a));
  const { publisher, topic, seq, qos, clears } = first;
  if (qos === 0 || clears) return null;
  const lastStep = qos === 1 ? 'puback' : 'pubcomp';
  let ackedUs = Infinity;
  let isSentOnce = sends.length === 1;
  for (const ack of acked.of(first)) {
    if (ack.step === lastStep && isAccepted(ack)) ackedUs = Math.min(ackedUs, ack.us);
    isSentOnce &&= ack.connection === first.connection;
  }
  return ackedUs === Infinity ? null : { publisher, topic, seq, qos, sentUs: first.us, ackedUs, isSentOnce };
}

const mayWait = ({ row, endsUs }: Standing, { sentUs, ackedUs }: Owed): boolean =>
  ackedUs >= (row.sentUs ?? -Infinity) && sentUs <= endsUs;

/**
 * Must a subscriber have a message by the end? Not if its session may be gone, if the broker may forget by what its driver declares, or if it may have
 * dropped the message for a client that was away.
 */
export function demandOf(
  standings: readonly Standing[],
  owedTo: OwedTo,
  { fault, broker }: Circumstances,
): (standing: Standing, message: Owed) => boolean {
  const forgetsUntilUs = fault === null || broker.survivesDeath === true ? -Infinity : (fault.recoveredUs ?? Infinity);
  const isAway = (standing: Standing, { sentUs, ackedUs }: Owed): boolean => !isConnected(standing, sentUs, ackedUs);
  const byClient = grouped(standings, ({ row }) => row.client);
  const queued = new Map<string, number>();
  /** At most: a message is counted for each filter that it matches. What came before a subscription, or after it, never waited for it. */
  const queuedFor = (client: string): number => {
    const held = queued.get(client);
    if (held !== undefined) return held;
    const counted = (byClient.get(client) ?? []).reduce(
      (sum, one) =>
        sum + owedTo(one.row.filter).filter((message) => mayWait(one, message) && isAway(one, message)).length,
      0,
    );
    queued.set(client, counted);
    return counted;
  };
  const isKept = (client: string): boolean =>
    broker.queuedMessages !== null && queuedFor(client) <= broker.queuedMessages;
  return (standing, message) =>
    standing.isThere && message.sentUs > forgetsUntilUs && (!isAway(standing, message) || isKept(standing.row.client));
}
