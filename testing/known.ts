import type { KnownEntry } from '../src/domain/known.js';

/** An entry that covers lost messages anywhere, with what is given instead. */
export const knownEntry = (change: Partial<KnownEntry> = {}): KnownEntry => ({
  id: 'K-1',
  why: 'known for long',
  scenarios: ['*'],
  sdks: ['*'],
  match: { check: 'lost' },
  goneAfter: 5,
  ...change,
});
