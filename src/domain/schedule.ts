import type { Resume } from './breaker.js';

/** A schedule's note that begins so was written by the breaker: only such a pause ends with a resume. */
export const BREAKER_NOTE = 'robustmq-chaos breaker:';

/** How notes of the breaker began in version 0.1.0: a schedule may still be paused with one. */
const BREAKER_NOTE_BEFORE = '🚨 breaker:';

export const isBreakerNote = (note: string): boolean =>
  [BREAKER_NOTE, BREAKER_NOTE_BEFORE].some((head) => note.startsWith(head));

/** Why the schedule is paused, for the reader of the Web UI. */
export const breakerNote = (runs: readonly string[], resume: string): string =>
  `${BREAKER_NOTE} ${runs.length} rounds in a row failed (${runs.join(', ')}). Resume: ${resume}`;

/** The note of a pause or resume by a person. */
export const personNote = (what: 'paused' | 'resumed', { by, reason }: Resume): string => `${what} by ${by}: ${reason}`;
