/** What a full round may leave in Temporal, run and scenarios together. The guarantees of each phase are an activity of their own: seven, and some fifty events. */
export const MAX_EVENTS = 550;
export const MAX_BYTES = 256 * 1024;
