import { atLeastOnce } from './at-least-once.js';
import { atMostOnce } from './at-most-once.js';
import { exactlyOnce } from './exactly-once.js';
import type { Guarantee } from './guarantee.js';
import { order } from './order.js';
import { reach } from './reach.js';
import { retained } from './retained.js';
import { session } from './session.js';
import { shared } from './shared.js';
import { takeover } from './takeover.js';
import { will } from './will.js';

/** Every guarantee that is checked, in the order of the matrix. A new one is one file and one line here. */
export const guarantees: readonly Guarantee[] = [
  atLeastOnce,
  atMostOnce,
  exactlyOnce,
  order,
  session,
  retained,
  will,
  shared,
  takeover,
  reach,
];
