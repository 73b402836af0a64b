import { ChaosError } from '../domain/errors.js';

/** Wrong usage or config, or a host that cannot do it: nothing was started (sysexits EX_USAGE). */
export const EXIT_USAGE = 64;
/** The display lost Temporal; the run goes on (sysexits EX_UNAVAILABLE). */
export const EXIT_LOST = 69;
/** Refused because the cluster is held or the breaker is open (sysexits EX_TEMPFAIL). */
export const EXIT_REFUSED = 75;
export const EXIT_INTERRUPTED = 130;

/** Exit status for an error that ended a command. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof ChaosError)) return 1;
  if (error.code === 'CONFIG_INVALID' || error.code === 'HOST_LIMIT') return EXIT_USAGE;
  return error.code === 'BREAKER_OPEN' ? EXIT_REFUSED : 1;
}
