import type { Violated } from '../domain/guarantee-verdict.js';

/** In short: the results themselves are in the phase's folder. */
export interface GuaranteesJudged {
  readonly violated: readonly Violated[];
  readonly notes: readonly string[];
}
