import type { History, HistoryEvent } from './ledger-histories.js';

/** What a client must have counted and measured after a history. `null` where there is nothing to measure. */
export interface Expectation {
  readonly counts: Readonly<Record<CountName, number>>;
  readonly lost_seqs: readonly number[];
  readonly settled: boolean;
  readonly latency_ms: Percentiles | null;
  readonly ack_ms: Percentiles | null;
  readonly lateness_ms: Percentiles | null;
  /** By `seq`: sent_us, attempts, ack_us, recv_us, dups. */
  readonly messages: readonly (readonly [number | null, number, number | null, number | null, number])[];
}

type CountName =
  | ('sent' | 'acked' | 'received' | 'ok' | 'lost' | 'recovered' | 'unconfirmed' | 'unsent' | 'attempts')
  | ('naive_lost' | 'duplicates' | 'duplicates_flagged' | 'unexpected' | 'inversions');

/** p50, p90, p99, p99.9 and the greatest. */
type Percentiles = readonly [number, number, number, number, number];

type Receipt = Extract<HistoryEvent, readonly ['receive', ...unknown[]]>;

/**
 * The contract, said as slowly and plainly as it can be: every figure is looked up anew in the whole history, nothing is carried along. Its
 * only purpose is to be obviously right.
 */
export function expectationOf({ planned, end_us: end, events }: History): Expectation {
  const generated = events.filter((e) => e[0] === 'generate');
  const seqs = generated.map((_, seq) => seq);
  const times = (kind: 'hand_over' | 'acknowledge' | 'receive', seq: number): number[] =>
    events.flatMap((e) => (e[0] === kind && e[1] === seq ? [e[2]] : []));
  /** A receipt counts only once its message exists: nobody can receive what is not yet generated. */
  const isOurs = (e: HistoryEvent, at: number): e is Receipt =>
    e[0] === 'receive' && e[1] < events.slice(0, at).filter((x) => x[0] === 'generate').length;
  const ours = events.filter(isOurs);
  const receipts = (seq: number): Receipt[] => ours.filter((e) => e[1] === seq);
  const is = {
    sent: (seq: number): boolean => times('hand_over', seq).length > 0,
    acked: (seq: number): boolean => times('acknowledge', seq).length > 0,
    received: (seq: number): boolean => receipts(seq).length > 0,
  };
  const count = (holds: (seq: number) => boolean): number => seqs.filter(holds).length;
  const repeats = ours.filter((e) => receipts(e[1])[0] !== e);
  const firsts = ours.filter((e) => receipts(e[1])[0] === e);
  const lost = seqs.filter((seq) => is.acked(seq) && !is.received(seq));
  const sentSeqs = seqs.filter(is.sent);
  const since = (seq: number, at: number | undefined): number => (at ?? end) - (generated[seq]?.[1] ?? NaN);
  return {
    counts: {
      sent: count(is.sent),
      acked: count(is.acked),
      received: count(is.received),
      ok: count((seq) => is.acked(seq) && is.received(seq)),
      lost: lost.length,
      recovered: count((seq) => !is.acked(seq) && is.received(seq)),
      unconfirmed: count((seq) => !is.acked(seq) && !is.received(seq) && is.sent(seq)),
      unsent: count((seq) => !is.acked(seq) && !is.received(seq) && !is.sent(seq)) + planned - seqs.length,
      attempts: events.filter((e) => e[0] === 'hand_over').length,
      naive_lost: count(is.sent) - ours.length,
      duplicates: repeats.length,
      duplicates_flagged: repeats.filter((e) => e[3]).length,
      unexpected: events.filter((e, at) => e[0] === 'stranger' || (e[0] === 'receive' && !isOurs(e, at))).length,
      inversions: firsts.filter((e, i) => firsts.slice(0, i).some((earlier) => earlier[1] > e[1])).length,
    },
    lost_seqs: lost.slice(0, 200),
    settled: seqs.every((seq) => is.acked(seq) && is.received(seq)),
    latency_ms: count(is.received) > 0 ? percentiles(sentSeqs.map((seq) => since(seq, receipts(seq)[0]?.[2]))) : null,
    ack_ms: count(is.acked) > 0 ? percentiles(sentSeqs.map((seq) => since(seq, times('acknowledge', seq)[0]))) : null,
    lateness_ms: percentiles(generated.map(([, intended, queued]) => queued - intended)),
    messages: seqs.map((seq) => [
      times('hand_over', seq)[0] ?? null,
      times('hand_over', seq).length,
      times('acknowledge', seq)[0] ?? null,
      receipts(seq)[0]?.[2] ?? null,
      Math.max(0, receipts(seq).length - 1),
    ]),
  };
}

/** The smallest value that at least this share of all values does not exceed; what is below the histogram's range enters at its edge. */
function percentiles(valuesUs: readonly number[]): Percentiles | null {
  if (valuesUs.length === 0) return null;
  const values = valuesUs.map((value) => Math.min(600_000_000, Math.max(1, value)));
  const at = (tenths: number): number => {
    const reached = values.filter((v) => values.filter((other) => other <= v).length * 1000 >= tenths * values.length);
    return Math.min(...reached) / 1000;
  };
  return [at(500), at(900), at(990), at(999), at(1000)];
}
