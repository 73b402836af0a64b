// Chance that can be had again: the same seed always gives the same numbers, whatever ran before or beside it.

import { createHash } from 'node:crypto';

/** Numbers from 0 up to 1. */
export type Random = () => number;

/** From a 32-bit seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From any text. */
export const randomOf = (text: string): Random =>
  randomFrom(createHash('sha256').update(text).digest().readUInt32LE(0));

/** One of a list that is not empty. */
export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
