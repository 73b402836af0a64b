import type { ClientOutcome } from '../domain/client-result.js';
import type { FaultRecord } from '../domain/fault-record.js';
import type { Violated } from '../domain/guarantee-verdict.js';
import type { FaultPeriodFigures } from '../domain/ledger.js';
import type { PeriodBorder } from '../domain/periods.js';
import type { PhaseRequest } from './requests.js';

/** What the checkers say of a phase's ledgers, in short: the results themselves are in the phase's folder. */
export interface GuaranteesJudged {
  readonly violated: readonly Violated[];
  readonly notes: readonly string[];
}

export interface FaultPeriodRequest extends PhaseRequest {
  readonly fromUs: number;
  readonly toUs: number;
  /** Absent in requests of 0.1.0. */
  readonly borders?: readonly PeriodBorder[];
  /** Absent where the run began before guarantees were judged. */
  readonly fault?: FaultRecord;
}

/** What became of a phase's clients, and what the checkers say of their ledgers. */
export interface PhaseCollected extends GuaranteesJudged {
  readonly outcomes: readonly ClientOutcome[];
}

export interface FaultPeriodAnswer {
  readonly figures: readonly FaultPeriodFigures[];
  /** Clients that left no ledger that can be read; absent in answers of 0.1.0. */
  readonly withoutLedger?: readonly ClientOutcome[];
  /** Absent in answers of 0.1.0. */
  readonly violated?: GuaranteesJudged['violated'];
  readonly notes: readonly string[];
}
