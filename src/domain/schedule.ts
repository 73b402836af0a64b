import type { Resume } from './breaker.js';

/** A schedule's note that begins so was written by the breaker: only such a pause ends with a resume. */
export const BREAKER_NOTE = 'robustmq-chaos breaker:';

/** How notes of the breaker began in version 0.1.0: a schedule may still be paused with one. */
const BREAKER_NOTE_BEFORE = '🚨 breaker:';

export const isBreakerNote = (note: string): boolean =>
  [BREAKER_NOTE, BREAKER_NOTE_BEFORE].some((head) => note.startsWith(head));

/** Temporal takes a note of at most this many bytes, and refuses a longer one each time it is tried. */
const NOTE_BYTES = 1000;

function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** As much of a text as a note can hold, cut between two characters. */
function asNote(text: string): string {
  let bytes = 0;
  const end = Array.from(text).findIndex((character) => (bytes += bytesOf(character)) > NOTE_BYTES);
  return end < 0 ? text : Array.from(text).slice(0, end).join('');
}

/** Why the schedule is paused, for the reader of the Web UI. */
export const breakerNote = (runs: readonly string[], resume: string): string =>
  asNote(`${BREAKER_NOTE} ${runs.length} rounds in a row failed (${runs.join(', ')}). Resume: ${resume}`);

/** The note of a pause or resume by a person. */
export const personNote = (what: 'paused' | 'resumed', { by, reason }: Resume): string =>
  asNote(`${what} by ${by}: ${reason}`);
