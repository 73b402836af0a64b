import type { FaultRecord } from '../domain/fault-record.js';
import type { Violated } from '../domain/guarantee-verdict.js';
import type { PhaseRequest } from './requests.js';

export interface GuaranteesRequest extends PhaseRequest {
  /** SDKs whose ids a stranger used. */
  readonly leftOut: readonly string[];
  /** Of a fault period; null otherwise. */
  readonly fault: FaultRecord | null;
}

/** In short: the results themselves are in the phase's folder. */
export interface GuaranteesJudged {
  readonly violated: readonly Violated[];
  readonly notes: readonly string[];
}
