// One interleaving, drawn from its seed: the same seed always gives the same steps, and the same moments.

/** Numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function randomFrom(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A run that fails, and pauses, leaves about this many events in its history: a moment is one of them, or after the last. */
const EVENTS = 90;
const RESUME_MS = 400;

const pick = (random, weights) => {
  let rest = random() * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Object.keys(weights).find((key) => (rest -= weights[key]) < 0);
};

const interruption = (random, kinds) => {
  const kind = pick(random, kinds);
  return kind === 'none' ? null : kind;
};

function step(random) {
  const what = pick(random, { fails: 60, passes: 12, resume: 28 });
  if (what === 'resume') {
    const killed = interruption(random, { none: 70, worker: 18, server: 12 });
    return { what, killed, moment: Math.floor(random() * RESUME_MS) };
  }
  const killed = interruption(random, { none: 55, run: 20, worker: 15, server: 10 });
  return { what, killed, moment: 1 + Math.floor(random() * EVENTS) };
}

/** Six to ten steps: `{ what: fails | passes | resume, killed: null | run | worker | server, moment }`; a moment is an event of the run, or ms into the resume. */
export function planOf(seed) {
  const random = randomFrom(seed);
  return Array.from({ length: 6 + Math.floor(random() * 5) }, () => step(random));
}

export const stepText = ({ what, killed, moment }) =>
  killed === null ? what : `${what}†${killed}@${moment}${what === 'resume' ? 'ms' : ''}`;
