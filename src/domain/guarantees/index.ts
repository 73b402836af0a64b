import { atLeastOnce } from './at-least-once.js';
import type { Guarantee } from './guarantee.js';
import { order } from './order.js';
import { reach } from './reach.js';
import { shared } from './shared.js';
import { takeover } from './takeover.js';

/** Every guarantee that is checked, in the order of the matrix. A new one is one file and one line here. */
export const guarantees: readonly Guarantee[] = [atLeastOnce, order, shared, takeover, reach];
