/** What a full round may leave in Temporal, run and scenarios together. */
export const MAX_EVENTS = 500;
export const MAX_BYTES = 256 * 1024;
