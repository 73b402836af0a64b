import type { Connection, History } from './history.js';
import { firstFrom, publicationsByTopic, type Publication } from './publications.js';

/** What was written to one topic with the retain flag. */
export interface Values {
  readonly writers: ReadonlySet<string>;
  readonly bySeq: ReadonlyMap<number, Publication>;
  /** The newest value that had been acknowledged before this time. */
  readonly newestBefore: (us: number) => Publication | undefined;
  /** May this value have been gone before this time? By a deletion that was not over when it was sent; or by a value of QoS 0, which a server may forget. */
  readonly mayBeGone: (value: Publication, us: number) => boolean;
}

/** Values by topic, in the order of their first hand-over. One whose connection ended before its acknowledgement is never settled: a copy may still lie with the broker. */
export function writtenTopics({ connections, sends, acks }: History): Map<string, Publication[]> {
  const closed = new Map(connections.map((one) => [keyOf(one.client, one.number), one.closedUs ?? Infinity]));
  const settled = (value: Publication): Publication =>
    (closed.get(keyOf(value.publisher, value.connection)) ?? Infinity) < value.ackedUs
      ? { ...value, settledUs: Infinity }
      : value;
  const topics = publicationsByTopic({ acks, sends: sends.filter(({ retain }) => retain) });
  return new Map([...topics].map(([topic, values]) => [topic, values.map(settled)]));
}

const keyOf = (client: Connection['client'], number: number): string => `${number} ${client}`;

export function valuesOf(written: readonly Publication[]): Values {
  const lastEraser = greatestBefore(
    written.filter(({ clears, qos }) => clears || qos === 0),
    ({ sentUs }) => sentUs,
    ({ settledUs }) => settledUs,
  );
  return {
    writers: new Set(written.map(({ publisher }) => publisher)),
    bySeq: new Map(written.map((value) => [value.seq, value])),
    newestBefore: greatestBefore(
      written.filter(({ ackedUs }) => ackedUs < Infinity),
      ({ ackedUs }) => ackedUs,
      ({ sentUs }) => sentUs,
    ),
    mayBeGone: (value, us) => {
      const eraser = lastEraser(us);
      return eraser !== undefined && !isBefore(eraser, value);
    },
  };
}

/** Of the rows before a time, the one with the greatest value. */
function greatestBefore<Row>(
  rows: readonly Row[],
  timeOf: (row: Row) => number,
  valueOf: (row: Row) => number,
): (us: number) => Row | undefined {
  const inTime = rows.toSorted((a, b) => timeOf(a) - timeOf(b));
  let greatest: Row | undefined;
  const upTo = inTime.map((row) => {
    if (greatest === undefined || valueOf(row) > valueOf(greatest)) greatest = row;
    return greatest;
  });
  return (us) => upTo[firstFrom(inTime, timeOf, us) - 1];
}

/** Was every copy of this value taken over before the other was sent? If not, nobody knows which of them stayed. */
export const isBefore = (value: Publication, other: Publication): boolean => value.settledUs < other.sentUs;
