import type { Count, Whole } from './units.js';

/**
 * What an SDK client's last line says (`sdk_clients/CONTRACT.md`), and how its process ended. Milliseconds unless named otherwise.
 * The first five fields are required of every client; a user's own client may give no more.
 */
export interface ClientResult {
  readonly sent: Count;
  readonly received: Count;
  readonly lost: Count;
  readonly p99_ms: number | null;
  readonly errors: readonly string[];
  readonly planned?: Count | undefined;
  readonly acked?: Count | undefined;
  readonly unconfirmed?: Count | undefined;
  readonly recovered?: Count | undefined;
  readonly unsent?: Count | undefined;
  readonly naive_lost?: Whole | undefined;
  readonly lost_seqs?: readonly Count[] | undefined;
  readonly duplicates?: Count | undefined;
  readonly unexpected?: Count | undefined;
  readonly inversions?: Count | undefined;
  readonly reconnects?: Count | undefined;
  readonly refused_acks?: Count | undefined;
  readonly p50_ms?: number | null | undefined;
  readonly p90_ms?: number | null | undefined;
  readonly p999_ms?: number | null | undefined;
  readonly max_ms?: number | null | undefined;
  readonly ack_p99_ms?: number | null | undefined;
  readonly lateness_p99_ms?: number | null | undefined;
  /** @minimum 0 */
  readonly achieved_rate_ratio?: number | undefined;
  readonly duration_seconds?: number | undefined;
  readonly drain_ms?: number | undefined;
  readonly publisher_endpoint?: string | null | undefined;
  readonly subscriber_endpoint?: string | null | undefined;
  readonly library?: string | undefined;
  // What our own clients say beyond that; read by people, kept in `result.json` alone.
  readonly ack_p50_ms?: number | null | undefined;
  readonly ack_max_ms?: number | null | undefined;
  readonly lateness_max_ms?: number | null | undefined;
  readonly duplicates_flagged?: Count | null | undefined;
  readonly attempts?: Count | undefined;
  readonly sdk?: string | undefined;
  readonly mqtt_version?: string | undefined;
  /** Of clients that have several: which one this was. Absent: the usual one. */
  readonly workload?: string | undefined;
  /** Rows of a ledger of version 2. */
  readonly events?: Count | undefined;
}

/** Publish and subscribe, every message to one subscriber. Of another workload, the guarantees say how it went. */
export const isBasic = ({ workload }: Pick<ClientResult, 'workload'>): boolean =>
  workload === undefined || workload === 'basic-pubsub';

/** How a client process ended. `runner_died`: the process of ours that watched it is gone without having written down an end. */
export type ClientEnd =
  | { readonly kind: 'exited'; readonly code: Whole }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timeout'; readonly limitMs: number }
  | { readonly kind: 'not_found'; readonly path: string }
  | { readonly kind: 'runner_died' };

/** Who had the processors of the host while a client ran, in percent of all of them. What is busy beyond the two is anything else on this host. */
export interface HostCpu {
  readonly busyPercent: Count;
  /** Brokers, with their proxies and keeper. */
  readonly clusterPercent: Count;
  /** All clients of the phase. */
  readonly clientsPercent: Count;
  /** Share of the time by which a timer of ours was late. Absent in runs of 0.1.0. */
  readonly latePercent?: Count | undefined;
}

/** One client in one phase: its end, its result line if that was one, and else what was wrong with the line. */
export interface ClientOutcome {
  readonly sdk: string;
  readonly end: ClientEnd;
  readonly result: ClientResult | null;
  /** Why the last line is no result; null where it is one. */
  readonly lineProblem: string | null;
  /** Wall seconds from start to end of the process. */
  readonly durationSeconds: number;
  /** 1 unless a worker or host died under the client and it was started again. */
  readonly attempt: Count;
  /** Why it must be that another client used this one's client id, in words; absent where nothing says so. */
  readonly idTaken?: string | undefined;
  /** Evidence for a person who looks into a latency. Excuses a client that did not end in time on a host that was too busy, and nothing else. */
  readonly hostCpu?: HostCpu | null | undefined;
}

/** What a client lost and how long it took; messages that were never acknowledged are not lost, and are no success either. */
export function lossText(
  { lost, unconfirmed = 0, p99_ms }: ClientResult,
  digits: (ms: number) => string = String,
): string {
  const p99 = p99_ms === null ? 'no p99' : `p99 ${digits(p99_ms)} ms`;
  return [`lost ${lost}`, ...(unconfirmed > 0 ? [`unconfirmed ${unconfirmed}`] : []), p99].join(', ');
}

/** One client's result in one line. */
export function clientText({ result, lineProblem }: Pick<ClientOutcome, 'result' | 'lineProblem'>): string {
  if (result === null) return lineProblem ?? 'no result';
  return `sent ${result.sent}, received ${result.received}, ${lossText(result)}`;
}
