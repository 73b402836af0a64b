import { firstFrom } from './publications.js';

/** From when until when a message lay at the broker, both included. */
export interface Wait {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** The most messages that lay there at once, at or after a moment. */
export function mostWaiting(waits: readonly Wait[]): (fromUs: number) => number {
  const starts = Float64Array.from(waits, ({ fromUs }) => fromUs).sort();
  const ends = Float64Array.from(waits, ({ untilUs }) => untilUs).sort();
  let gone = 0;
  const most = starts.map((us, at) => {
    while ((ends[gone] ?? Infinity) < us) gone += 1;
    return at + 1 - gone;
  });
  for (let at = most.length - 2; at >= 0; at -= 1) most[at] = Math.max(most[at] ?? 0, most[at + 1] ?? 0);
  // There are never more than at this moment, or when a later one begins to wait.
  return (fromUs) => {
    const before = firstFrom(starts, itself, fromUs);
    return Math.max(before - firstFrom(ends, itself, fromUs), most[before] ?? 0);
  };
}

const itself = (us: number): number => us;
