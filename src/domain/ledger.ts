import { periodAt, type PeriodBorder, type PeriodCount } from './periods.js';
import type { Count } from './units.js';

/** One generated message as a client's ledger has it (`sdk_clients/CONTRACT.md`); microseconds of CLOCK_MONOTONIC. */
export interface LedgerMessage {
  readonly seq: number;
  readonly intended_us: number;
  readonly queued_us: number;
  readonly sent_us: number | null;
  readonly attempts: number;
  readonly ack_us: number | null;
  readonly recv_us: number | null;
  readonly dups: number;
}

export interface LedgerEvent {
  readonly event: 'connected' | 'disconnected';
  readonly role: 'publisher' | 'subscriber';
  readonly endpoint: string;
  readonly at_us: number;
  /** Of CONNACK; null where a connection ended. */
  readonly session_present?: boolean | null | undefined;
  /** Of the broker's DISCONNECT (MQTT 5), if it sent one; ledgers of 0.1.0 do not say it. */
  readonly reason_code?: number | null | undefined;
}

/** A receipt that names this client's publisher, and is none of its messages. */
export interface LedgerImpostor {
  readonly unexpected: Pick<LedgerMessage, 'seq' | 'intended_us'>;
  readonly at_us: number;
}

export interface Ledger {
  readonly endUs: number;
  /** When publishing began, and messages a second; absent where a ledger does not say it. */
  readonly schedule?: { readonly t0Us: number; readonly rate: number } | undefined;
  /** Absent where a ledger does not say it. */
  readonly topic?: string | undefined;
  /** Ledgers of 0.1.0 have none. */
  readonly impostors?: readonly LedgerImpostor[] | undefined;
  readonly events: readonly LedgerEvent[];
  readonly messages: readonly LedgerMessage[];
}

/** The ledger of one client of a run, and which one it is. */
export interface StoredLedger {
  /** Null for the control run. */
  readonly scenario: string | null;
  readonly phase: 'control' | 'fault' | 'validation';
  readonly sdk: string;
  readonly ledger: Ledger;
}

/** Where clients of a run left ledgers, in the order of the run. */
export const placesOf = (scenarios: readonly string[]): Pick<StoredLedger, 'scenario' | 'phase'>[] => [
  { scenario: null, phase: 'control' },
  ...scenarios.flatMap((scenario) => (['fault', 'validation'] as const).map((phase) => ({ scenario, phase }))),
];

/** Counts by identity; each message is in exactly one class. */
export interface LedgerCounts {
  readonly sent: number;
  readonly acked: number;
  readonly received: number;
  readonly lostSeqs: readonly number[];
  readonly recovered: number;
  readonly unconfirmed: number;
  readonly unsent: number;
}

/** Classifies every message of a ledger, independently of what the client counted. */
export function countLedger(messages: readonly LedgerMessage[]): LedgerCounts {
  const lostSeqs: number[] = [];
  let [sent, acked, received, recovered, unconfirmed, unsent] = [0, 0, 0, 0, 0, 0];
  for (const m of messages) {
    if (m.sent_us !== null) sent += 1;
    if (m.ack_us !== null) acked += 1;
    if (m.recv_us !== null) received += 1;
    if (m.ack_us !== null && m.recv_us === null) lostSeqs.push(m.seq);
    if (m.ack_us === null && m.recv_us !== null) recovered += 1;
    if (m.ack_us === null && m.recv_us === null) {
      if (m.sent_us === null) unsent += 1;
      else unconfirmed += 1;
    }
  }
  return { sent, acked, received, lostSeqs, recovered, unconfirmed, unsent };
}

const isLost = (m: LedgerMessage): m is LedgerMessage & { readonly ack_us: number } =>
  m.ack_us !== null && m.recv_us === null;

/** What was acknowledged and never received, by the period of the acknowledgement; every period of the borders is there. Each message is in one. */
export function lostByPeriod(
  { messages }: Pick<Ledger, 'messages'>,
  borders: readonly PeriodBorder[],
): readonly {
  readonly period: PeriodBorder['period'];
  readonly lost: readonly (LedgerMessage & { ack_us: number })[];
}[] {
  const lost = messages.filter(isLost);
  const periods = new Set([...borders.map(({ period }) => period), ...lost.map((m) => periodAt(borders, m.ack_us))]);
  const parts = [...periods].map((period) => ({
    period,
    lost: lost.filter((m) => periodAt(borders, m.ack_us) === period),
  }));
  const [sum, total] = [parts.reduce((all, part) => all + part.lost.length, 0), countLedger(messages).lostSeqs.length];
  if (sum !== total) throw new Error(`expected ${total} lost messages in all periods together, got ${sum}`);
  return parts;
}

/** What one SDK's live session went through between inject and recover. Recorded, never judged (unless `verdict.durability: fail`). */
export interface FaultPeriodFigures {
  readonly sdk: string;
  /** Messages whose intended time lies in the window. */
  readonly planned: Count;
  readonly acked: Count;
  readonly received: Count;
  /** Longest time inside the window without any acknowledgement, and without any first receipt, in ms. */
  readonly longestNoAckMs: number;
  readonly longestNoReceiptMs: number;
  /** Acknowledged and never received, of all messages of the ledger. In records of 0.1.0: of those that were due up to the end of the window. */
  readonly ackedLost: Count;
  readonly ackedLostSeqs: readonly Count[];
  /** The same by the period in which they were acknowledged; the sum is `ackedLost`. Absent in records of 0.1.0. */
  readonly lostByPeriod?: readonly PeriodCount[];
  readonly unconfirmed: Count;
  readonly duplicates: Count;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  readonly disconnects: Count;
}

/** The longest stretch of [from, to] that holds none of the given times. */
export function longestGapUs(times: readonly number[], from: number, to: number): number {
  let last = from;
  let longest = 0;
  for (const t of times.filter((x) => x >= from && x <= to).sort((a, b) => a - b)) {
    longest = Math.max(longest, t - last);
    last = t;
  }
  return Math.max(longest, to - last);
}

/** Nearest-rank percentile of ascending values; null for none. */
export const percentileOfSorted = (sorted: readonly number[], p: number): number | null =>
  sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? null;

/** Nearest-rank percentile of unsorted values; null for none. */
export const percentile = (values: readonly number[], p: number): number | null =>
  percentileOfSorted(
    [...values].sort((a, b) => a - b),
    p,
  );

const ms = (us: number | null): number | null => (us === null ? null : Math.round(us) / 1000);

/** Latencies against the intended time; what was never received counts as long as the client waited for it. */
export function latenciesUs(messages: readonly LedgerMessage[], endUs: number): number[] {
  return messages.filter((m) => m.sent_us !== null).map((m) => (m.recv_us ?? endUs) - m.intended_us);
}

/** The losses of a fault-period ledger, by period. */
export function lossFigures(
  ledger: Ledger,
  borders: readonly PeriodBorder[],
): Required<Pick<FaultPeriodFigures, 'ackedLost' | 'ackedLostSeqs' | 'lostByPeriod'>> {
  const { lostSeqs } = countLedger(ledger.messages);
  const byPeriod = lostByPeriod(ledger, borders).map(({ period, lost }) => ({ period, count: lost.length }));
  return { ackedLost: lostSeqs.length, ackedLostSeqs: lostSeqs.slice(0, 50), lostByPeriod: byPeriod };
}

/** Cuts a fault-period ledger to the window [injected, recovered] (microseconds of the same clock); losses are those of the whole ledger. */
export function faultPeriodFigures(
  sdk: string,
  ledger: Ledger,
  [fromUs, toUs]: readonly [number, number],
  borders: readonly PeriodBorder[],
): FaultPeriodFigures {
  const inside = ledger.messages.filter((m) => m.intended_us >= fromUs && m.intended_us <= toUs);
  const within = (at: number | null): boolean => at !== null && at >= fromUs && at <= toUs;
  const acks = ledger.messages.flatMap((m) => m.ack_us ?? []);
  const receipts = ledger.messages.flatMap((m) => m.recv_us ?? []);
  const latencies = latenciesUs(inside, ledger.endUs);
  return {
    sdk,
    planned: inside.length,
    acked: inside.filter((m) => m.ack_us !== null).length,
    received: inside.filter((m) => m.recv_us !== null).length,
    longestNoAckMs: longestGapUs(acks, fromUs, toUs) / 1000,
    longestNoReceiptMs: longestGapUs(receipts, fromUs, toUs) / 1000,
    ...lossFigures(ledger, borders),
    unconfirmed: countLedger(inside).unconfirmed,
    duplicates: inside.reduce((sum, m) => sum + m.dups, 0),
    p50Ms: ms(percentile(latencies, 50)),
    p99Ms: ms(percentile(latencies, 99)),
    maxMs: ms(percentile(latencies, 100)),
    disconnects: ledger.events.filter((e) => e.event === 'disconnected' && within(e.at_us)).length,
  };
}
