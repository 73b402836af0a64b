import type { Sighting } from './known.js';
import type { Headline } from './status.js';
import type { Count, IsoTime, Percent } from './units.js';
import type { RunKind } from './plan.js';

/** One SDK in one scenario of one run, as far as the history needs it. */
export interface HistorySdk {
  readonly sdk: string;
  readonly passed: boolean;
  readonly status: string;
  /** Of the validation; null where the client gave no result. */
  readonly lost: Count | null;
  readonly p99_ms: number | null;
  /** Longest time during the fault without an acknowledgement; null where it was not recorded. */
  readonly outage_ms: number | null;
  /** Acknowledged and never received, of the clients of the fault period. In runs of 0.1.0: of what was due up to the recovery. */
  readonly lost_in_fault: Count;
}

export interface HistoryScenario {
  readonly name: string;
  readonly core: boolean;
  readonly passed: boolean;
  readonly status: string;
  /** From inject to the proof that the fault is over. */
  readonly recovered_after_ms: number | null;
  /** From the end of the fault's window to that proof; null where there is none. Absent in entries of older versions. */
  readonly recovery_ms?: number | null;
  /** From inject until the last of the groups that got another leader had it; null where none did. Absent in entries of older versions. */
  readonly leader_ms?: number | null;
  /** With what it was played: figures of another setting are another series. Absent in entries of older versions. */
  readonly setting?: string;
  readonly sdks: readonly HistorySdk[];
}

/** What a run said of known failures. */
export interface HistoryKnown {
  readonly new_failures: Count;
  readonly new_warnings: Count;
  readonly known: Count;
  /** Entries that have not been seen for long. */
  readonly gone: readonly string[];
  /** Entries that could have been seen, and how often each was. */
  readonly sightings: readonly Sighting[];
}

/** Which broker a run tested, as far as it could be told. */
export interface HistoryBroker {
  readonly version: string | null;
  readonly commit: string | null;
  readonly sha256: string | null;
}

/** One run in `index.json`: what the history shows of it, a few hundred bytes. */
export interface HistoryEntry {
  readonly run_id: string;
  readonly kind: RunKind;
  readonly cluster: string;
  readonly started_at: IsoTime;
  readonly finished_at: IsoTime;
  readonly headline: Headline;
  readonly run_passed: boolean;
  readonly pass_rate: Percent;
  readonly summary: string;
  /** When retention removed the report; absent: it is there. */
  readonly pruned_at?: IsoTime;
  /** Absent where the config had no list of known failures. */
  readonly known?: HistoryKnown;
  /** Absent in entries of older versions. */
  readonly broker?: HistoryBroker;
  readonly scenarios: readonly HistoryScenario[];
}

/** What is known of a cluster's breaker: runs that failed in a row, and whether it is open (paused, waiting for a human). */
export interface HistoryBreaker {
  readonly cluster: string;
  readonly failures_in_a_row: Count;
  readonly open: boolean;
  /** When it last changed, and why, in words; null if nobody said. */
  readonly since: string | null;
  readonly note: string | null;
  /** Verdicts that are waited for; null where no schedule promises any, absent in indexes of 0.1.0. */
  readonly waiting?: HistoryWaiting | null;
  /** What rounds in a row had no plan for, in words; null if the last one had one. */
  readonly unplanned?: string | null;
}

/** From when on a cluster's next verdict is waited for, and after how long it is overdue. */
export interface HistoryWaiting {
  readonly since: IsoTime;
  readonly every_ms: Count;
  readonly overdue_after_ms: Count;
}

/** The file `index.json`, and the only input of the history's page. */
export interface HistoryIndex {
  readonly schema: 'robustmq-chaos-index/1';
  /** Folder of the runs, relative to the index: `runs/` on a host, empty where the runs lie beside it. */
  readonly runs_at: string;
  readonly breakers: readonly HistoryBreaker[];
  /** Oldest first. */
  readonly runs: readonly HistoryEntry[];
}
