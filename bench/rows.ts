import type { Row } from './row.js';
import { classes } from './rows/01-classes.js';
import { percentiles } from './rows/02-percentiles.js';
import { outageLengths } from './rows/05-outages.js';
import { losses } from './rows/07-losses.js';

/** The table, in its order. */
export const rows: readonly Row[] = [classes, percentiles, outageLengths, losses];
