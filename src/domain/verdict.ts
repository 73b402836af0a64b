import type { GuaranteeName } from './guarantees/guarantee.js';
import type { Blame, ScenarioStatus, SdkStatus } from './status.js';

/** The limits a verdict rests on; all from the config. */
export interface VerdictRules {
  /** A validation's p99 must be below this, in ms. */
  readonly p99LimitMs: number;
  /** Generator lateness at p99 above this (ms) makes a slow result the equipment's fault. */
  readonly latenessLimitMs: number;
  /** A generator below this share of its planned rate does, too. */
  readonly achievedRateMin: number;
  /** Share of the non-core scenarios that must pass, in percent. */
  readonly nonCorePassRatePercent: number;
  /** `fail` makes every message count that was acknowledged and lost, in whichever period; `warn` only shows those of the other periods than the validation. */
  readonly durability: 'warn' | 'fail';
  /** `fail` makes the broker's failures in the control run count; `warn` only shows them. Absent in runs of 0.1.0: `warn`. */
  readonly control?: 'warn' | 'fail';
  /** Guarantees whose violation fails; the others are shown. Absent in runs of earlier versions: at-least-once. */
  readonly guarantees?: readonly GuaranteeName[];
}

/** One named criterion with what was expected and what was seen. */
export interface Check {
  readonly check: string;
  readonly expected: string;
  readonly observed: string;
  readonly ok: boolean;
}

export interface SdkVerdict {
  readonly sdk: string;
  readonly status: SdkStatus;
  readonly passed: boolean;
  readonly checks: readonly Check[];
}

/** One reason why a scenario did not pass. `sdk` is null where it is the scenario's own. */
export interface Failure {
  readonly status: Exclude<ScenarioStatus, 'passed'>;
  readonly blame: Blame | null;
  readonly sdk: string | null;
}

export interface ScenarioVerdict {
  readonly passed: boolean;
  readonly status: ScenarioStatus;
  readonly failures: readonly Failure[];
  readonly attribution: 'none' | 'broker' | 'some-sdks' | 'equipment';
}
