import { lostByPeriod, type Ledger } from './ledger.js';
import type { Period, PeriodBorder } from './periods.js';
import type { Count } from './units.js';

/** Which endpoint was which broker, from a moment on (microseconds of the run's clock). */
export interface BrokersSince {
  readonly sinceUs: number;
  /** host:port → node id. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** One message that a broker acknowledged and never delivered. Times in ms from the inject; from the first message where nothing was injected. */
export interface LostMessage {
  readonly seq: Count;
  readonly intendedMs: number;
  readonly sentMs: number | null;
  readonly ackedMs: number;
  readonly attempts: Count;
  /** The broker to which the publisher was connected when the acknowledgement came: its endpoint, and its name where that is known. */
  readonly ackedBy: string | null;
}

/** Every message that one SDK lost in one period: each lost message of a ledger is in exactly one of them. */
export interface Loss {
  /** Null for the control run. */
  readonly scenario: string | null;
  readonly phase: 'control' | 'fault' | 'validation';
  /** When they were acknowledged. Absent in runs of 0.1.0, which name only what was due up to the recovery. */
  readonly period?: Period;
  readonly sdk: string;
  /**
   * @asType integer
   * @minimum 1
   */
  readonly count: number;
  /** All of them, as ranges: `12–15, 20`. */
  readonly seqs: string;
  /** What the times below count from. */
  readonly since: 'inject' | 'first message';
  /** The first of them, in full. */
  readonly messages: readonly LostMessage[];
}

/** A report names this many messages of one loss in full; the ranges name all. */
export const NAMED_MESSAGES = 200;

/** Ascending numbers as ranges: `0, 3–5`. */
export function rangesOf(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length;) {
    let end = i;
    while (numbers[end + 1] === (numbers[end] ?? 0) + 1) end += 1;
    parts.push(end === i ? String(numbers[i]) : `${String(numbers[i])}–${String(numbers[end])}`);
    i = end + 1;
  }
  return parts.join(', ');
}

/** To whom a publisher was connected at a moment, by the events of its ledger; null if to nobody. */
export function publisherEndpoint(ledger: Ledger, atUs: number): string | null {
  const before = ledger.events.filter((e) => e.role === 'publisher' && e.at_us <= atUs).at(-1);
  return before?.event === 'connected' ? before.endpoint : null;
}

function brokerName(endpoint: string | null, atUs: number, brokers: readonly BrokersSince[]): string | null {
  if (endpoint === null) return null;
  const known = brokers.filter((b) => b.sinceUs <= atUs).at(-1)?.endpoints[endpoint];
  return known === undefined ? endpoint : `${known} (${endpoint})`;
}

type Where = Pick<Loss, 'scenario' | 'phase' | 'sdk'>;

/** Who lost what: the losses of one ledger, one for each period that has any. */
export function lossesOfLedger(
  where: Where,
  ledger: Ledger,
  times: { readonly injectedUs: number | null; readonly borders: readonly PeriodBorder[] },
  brokers: readonly BrokersSince[],
): Loss[] {
  const zero = times.injectedUs ?? ledger.messages[0]?.intended_us ?? 0;
  const ms = (us: number): number => Math.round(us - zero) / 1000;
  return lostByPeriod(ledger, times.borders)
    .filter(({ lost }) => lost.length > 0)
    .map(({ period, lost }) => ({
      ...where,
      period,
      count: lost.length,
      seqs: rangesOf(lost.map((m) => m.seq)),
      since: times.injectedUs === null ? 'first message' : 'inject',
      messages: lost.slice(0, NAMED_MESSAGES).map((m) => ({
        seq: m.seq,
        intendedMs: ms(m.intended_us),
        sentMs: m.sent_us === null ? null : ms(m.sent_us),
        ackedMs: ms(m.ack_us),
        attempts: m.attempts,
        ackedBy: brokerName(publisherEndpoint(ledger, m.ack_us), m.ack_us, brokers),
      })),
    }));
}

/** The loss that a client without a ledger claims: its count is all there is, and the numbers if it gave some. */
export function claimedLoss(
  where: Where & Required<Pick<Loss, 'period'>>,
  result: { readonly lost: number; readonly lost_seqs?: readonly number[] | undefined } | null,
): Loss | undefined {
  if (result === null || result.lost <= 0) return undefined;
  const seqs = rangesOf(result.lost_seqs ?? []) || 'not told by the client, which left no ledger';
  return { ...where, count: result.lost, seqs, since: 'first message', messages: [] };
}
