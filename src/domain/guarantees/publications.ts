import { matches } from './filter.js';
import { grouped } from './grouped.js';
import { byMessage, isAccepted, type History, type MessageId, type Qos } from './history.js';

/** A message from its first hand-over to its last acknowledgement. */
export interface Publication extends MessageId {
  readonly qos: Qos;
  readonly retain: boolean;
  readonly clears: boolean;
  /** Of the first hand-over. */
  readonly connection: number;
  readonly sentUs: number;
  /** PUBACK or PUBCOMP; infinite: never. */
  readonly ackedUs: number;
  /** The same, of the last hand-over: no copy of it comes later. */
  readonly settledUs: number;
}

/** By topic, in the order of their first hand-over. */
export function publicationsByTopic({ sends, acks }: Pick<History, 'sends' | 'acks'>): Map<string, Publication[]> {
  const acked = byMessage(acks);
  const publications = Array.from(byMessage(sends).all(), (rows): Publication => {
    const first = rows.reduce((least, row) => (row.us < least.us ? row : least));
    const lastUs = rows.reduce((us, row) => Math.max(us, row.us), -Infinity);
    const lastSteps = acked.of(first).filter((ack) => ack.step !== 'pubrec' && isAccepted(ack));
    const times = lastSteps.map(({ us }) => us);
    return {
      ...{ publisher: first.publisher, topic: first.topic, seq: first.seq, connection: first.connection },
      ...{ qos: first.qos, retain: first.retain, clears: first.clears, sentUs: first.us },
      ackedUs: Math.min(Infinity, ...times),
      settledUs: Math.min(Infinity, ...times.filter((us) => us >= lastUs)),
    };
  });
  publications.sort((a, b) => a.sentUs - b.sentUs);
  return grouped(publications, ({ topic }) => topic);
}

/** Which of these topics a filter finds. Most filters name one. */
export function topicsOf(filter: string, topics: ReadonlyMap<string, unknown>): string[] {
  if (!/[+#]/.test(filter)) return topics.has(filter) ? [filter] : [];
  return [...topics.keys()].filter((topic) => matches(filter, topic));
}

/** Index of the first whose `value` is this much or more: how many are less. */
export function firstFrom<Row>(rows: ArrayLike<Row>, value: (row: Row) => number, least: number): number {
  let low = 0;
  for (let high = rows.length; low < high;) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && value(row) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
