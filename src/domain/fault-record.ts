import type { Blame } from './status.js';

/** A figure or fact that proves something about a fault: what was measured, what was expected, and whether it held. */
export interface Evidence {
  readonly what: string;
  readonly expected: string;
  readonly observed: string;
  readonly ok: boolean;
}

/** Who led a group before and after, and how long it took; `seconds` is null if nobody else led within the time watched. */
export interface LeaderChange {
  readonly group: string;
  readonly from: string;
  readonly to: string | null;
  readonly seconds: number | null;
  readonly termFrom: number | null;
  readonly termTo: number | null;
}

/** One fault from ticket to proof. Times are ISO 8601 of the host; microseconds are CLOCK_MONOTONIC of the host. */
export interface FaultRecord {
  readonly faultId: string | null;
  readonly injector: string | null;
  /** Node or links that were hit, and why these, in words. */
  readonly victim: string | null;
  readonly reason: string | null;
  /** Whose failure it is if the recovery cannot be proved; absent in records of 0.1.0. */
  readonly recoveryBlame?: Blame;
  readonly injectedAt: string | null;
  readonly injectedUs: number | null;
  readonly recoveredAt: string | null;
  readonly recoveredUs: number | null;
  readonly injectError: string | null;
  readonly observed: boolean;
  readonly bite: readonly Evidence[];
  readonly leaders: readonly LeaderChange[];
  readonly cutShort: boolean;
  readonly recoverError: string | null;
  /** Whose failure `recoverError` was, by what was seen. Absent where there is none, and in records of earlier versions. */
  readonly recoverErrorBlame?: Blame;
  readonly healed: readonly Evidence[];
  /** After an inject error: what cleaning up its ticket came to. */
  readonly cleanup: string | null;
}

/** Of a scenario in which nothing was injected (yet). */
export const NO_FAULT: FaultRecord = {
  faultId: null,
  injector: null,
  victim: null,
  reason: null,
  injectedAt: null,
  injectedUs: null,
  recoveredAt: null,
  recoveredUs: null,
  injectError: null,
  observed: false,
  bite: [],
  leaders: [],
  cutShort: false,
  recoverError: null,
  healed: [],
  cleanup: null,
};
