// One interleaving, drawn from its seed: the same seed always gives the same steps, and the same moments.

import { randomFrom, type Random } from '../random.js';

/** A run leaves about this many events in its history, if it fails and pauses: a moment is one of them, or after the last. */
const EVENTS = 90;
const RESUME_MS = 400;

export type Victim = 'run' | 'worker' | 'server';

/** A run; `moment` is an event of it. */
export interface RunStep {
  readonly what: 'fails' | 'passes';
  readonly killed: Victim | null;
  readonly moment: number;
}

/** A human says go; `moment` is in ms. */
export interface ResumeStep {
  readonly what: 'resume';
  readonly killed: Exclude<Victim, 'run'> | null;
  readonly moment: number;
}

export type Step = RunStep | ResumeStep;

function pick<T extends string>(random: Random, weights: readonly (readonly [T, number])[]): T {
  let rest = random() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  const chosen = weights.find(([, weight]) => (rest -= weight) < 0);
  if (chosen === undefined) throw new Error('expected a chance below 1');
  return chosen[0];
}

const orNobody = <T extends Victim>(victim: T | 'none'): T | null => (victim === 'none' ? null : victim);

function step(random: Random): Step {
  const what = pick(random, [
    ['fails', 60],
    ['passes', 12],
    ['resume', 28],
  ]);
  if (what === 'resume') {
    const victim = pick<'none' | 'worker' | 'server'>(random, [
      ['none', 70],
      ['worker', 18],
      ['server', 12],
    ]);
    return { what, killed: orNobody(victim), moment: Math.floor(random() * RESUME_MS) };
  }
  const victim = pick<'none' | Victim>(random, [
    ['none', 55],
    ['run', 20],
    ['worker', 15],
    ['server', 10],
  ]);
  return { what, killed: orNobody(victim), moment: 1 + Math.floor(random() * EVENTS) };
}

/** Six to ten steps. */
export function planOf(seed: number): Step[] {
  const random = randomFrom(seed);
  return Array.from({ length: 6 + Math.floor(random() * 5) }, () => step(random));
}

export const stepText = ({ what, killed, moment }: Step): string =>
  killed === null ? what : `${what}†${killed}@${moment}${what === 'resume' ? 'ms' : ''}`;
