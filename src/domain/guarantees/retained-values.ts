import type { History } from './history.js';
import { firstFrom, publicationsByTopic, type Publication } from './publications.js';
import type { Reader } from './retained-readers.js';

/** When it was known that a value had been taken over: its acknowledgement, or that somebody was shown it. */
export interface Known {
  readonly us: number;
  readonly value: Publication;
  /** Who was shown it; null: it was acknowledged. */
  readonly shownTo: string | null;
}

/** What was written to one topic with the retain flag. */
export interface Values {
  readonly writers: ReadonlySet<string>;
  readonly bySeq: ReadonlyMap<number, Publication>;
  /** What leaves no value behind, or may at any time: deletions, and QoS 0, which a server may forget. */
  readonly erasers: readonly Publication[];
  /** The newest value that was known to be there at this time. */
  readonly newestAt: (us: number) => Known | undefined;
}

export const writtenTopics = (history: History): Map<string, Publication[]> =>
  publicationsByTopic({ acks: history.acks, sends: history.sends.filter(({ retain }) => retain) });

export function valuesOf(written: readonly Publication[], readers: readonly Reader[]): Values {
  const bySeq = new Map(written.map((value) => [value.seq, value]));
  const acknowledged = written.map((value): Known => ({ us: value.ackedUs, value, shownTo: null }));
  const shown = readers.flatMap(({ client, shown: receipts }) =>
    receipts.flatMap(({ seq, us }): Known[] => {
      const value = bySeq.get(seq);
      return value === undefined ? [] : [{ us, value, shownTo: client }];
    }),
  );
  return {
    writers: new Set(written.map(({ publisher }) => publisher)),
    bySeq,
    erasers: written.filter(({ clears, qos }) => clears || qos === 0),
    newestAt: newestOf([...acknowledged.filter(({ us }) => us < Infinity), ...shown]),
  };
}

function newestOf(known: Known[]): (us: number) => Known | undefined {
  known.sort((a, b) => a.us - b.us);
  let newest: Known | undefined;
  const upTo = known.map((one) => {
    if (newest === undefined || one.value.sentUs > newest.value.sentUs) newest = one;
    return newest;
  });
  return (us) => upTo[firstFrom(known, (one) => one.us, us) - 1];
}

/** Was every copy of this value taken over before the other was sent? If not, nobody knows which of them stayed. */
export const isBefore = (value: Publication, other: Publication): boolean => value.settledUs < other.sentUs;
