// Chance that can be had again: every case of a seed is the same one, whichever cases run before or beside it.

import { createHash } from 'node:crypto';

/**
 * @param {string} text seed and number of the case
 * @returns {() => number} numbers from 0 up to 1 (mulberry32)
 */
export function randomOf(text) {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = (random, list) => list[Math.floor(random() * list.length)];
