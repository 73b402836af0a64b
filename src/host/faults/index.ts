import * as catalogue from './catalogue.js';
import type { Fault } from './contract.js';

/** Every fault of the catalogue, in the order of their names there. */
export const faults: readonly Fault[] = Object.values(catalogue);
