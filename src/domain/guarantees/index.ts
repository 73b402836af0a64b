import { atLeastOnce } from './at-least-once.js';
import { atMostOnce } from './at-most-once.js';
import { exactlyOnce } from './exactly-once.js';
import type { Guarantee } from './guarantee.js';
import { order } from './order.js';
import { retained } from './retained.js';
import { session } from './session.js';
import { will } from './will.js';

/** Every guarantee that is checked, in the order of the matrix. A new one is one file and one line here. */
export const guarantees: readonly Guarantee[] = [atLeastOnce, atMostOnce, exactlyOnce, order, session, retained, will];
