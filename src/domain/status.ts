/** Who is to blame for a status: the broker under test, or the test's own equipment. */
export type Blame = 'broker' | 'equipment';

/** How a scenario (or a run's cluster) came out. The table of the spec, "Statuses, headline, count". */
export type ScenarioStatus =
  | 'passed'
  | 'failed'
  | 'timeout'
  | 'recover_error'
  | 'cluster_start_error'
  | 'script_format_error'
  | 'script_not_found'
  | 'harness_overloaded'
  | 'inject_error'
  | 'fault_not_observed'
  | 'fault_cut_short'
  | 'harness_error'
  | 'cancelled';

/** How one SDK came out in one phase. `harness_error` is our own runner dying under a client. */
export type SdkStatus =
  'passed' | 'failed' | 'timeout' | 'script_format_error' | 'script_not_found' | 'harness_overloaded' | 'harness_error';

/**
 * The run as a whole. `KNOWN`: nothing failed but what people know of; only where the config has a list of known failures. `REFUSED` and `CANCELLED` are no
 * verdicts: they are never counted.
 */
export type Headline = 'PASS' | 'FAIL' | 'INVALID' | 'KNOWN' | 'REFUSED' | 'CANCELLED';

/** Blame of a status; null for `passed` and `cancelled`. Whose failure a `recover_error` is, the fault says (`recoveryBlame`). */
export function blameOf(status: ScenarioStatus, recoveryBlame: Blame = 'equipment'): Blame | null {
  switch (status) {
    case 'passed':
    case 'cancelled':
      return null;
    case 'failed':
    case 'timeout':
    case 'cluster_start_error':
      return 'broker';
    case 'recover_error':
      return recoveryBlame;
    case 'script_format_error':
    case 'script_not_found':
    case 'harness_overloaded':
    case 'inject_error':
    case 'fault_not_observed':
    case 'fault_cut_short':
    case 'harness_error':
      return 'equipment';
    default:
      return status satisfies never;
  }
}

/** Exit status of the command line for a headline (spec, "Statuses, headline, count"). */
export function exitCodeOf(headline: Headline): number {
  switch (headline) {
    case 'PASS':
      return 0;
    case 'FAIL':
      return 1;
    case 'INVALID':
      return 2;
    case 'KNOWN':
      return 3;
    case 'REFUSED':
      return 75;
    case 'CANCELLED':
      return 130;
    default:
      return headline satisfies never;
  }
}
