import { monotonicUs } from '../../src/host/os/clock.js';
import type { Behaviour } from './behaviour.js';

/** The broker says nothing for this long, from the first arrival of a message on. */
export const mute = (firstVictim: number, ms: number): Behaviour => ({
  treat: ({ seq, nth }) => (seq === firstVictim && nth === 1 ? { stallMs: ms } : undefined),
});

/** One of a client's two connections is cut at a message, and refused for this long. */
export function keptOut(who: 'publisher' | 'subscriber', firstVictim: number, ms: number): Behaviour {
  let untilUs = 0;
  const cut = who === 'publisher' ? 'publisher-unprocessed' : 'subscriber-undelivered';
  return {
    treat: ({ seq, nth }) => {
      if (seq !== firstVictim || nth !== 1) return undefined;
      untilUs = monotonicUs() + ms * 1000;
      return { cut };
    },
    connack: ({ role }) => (role === who && monotonicUs() < untilUs ? 3 : 0),
  };
}
