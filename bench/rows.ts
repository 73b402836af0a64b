import type { Row } from './row.js';
import { classes } from './rows/01-classes.js';
import { percentiles } from './rows/02-percentiles.js';
import { verdicts } from './rows/03-verdict.js';
import { stall } from './rows/04-stall.js';
import { outageLengths } from './rows/05-outages.js';
import { falseLosses } from './rows/06-false-losses.js';
import { losses } from './rows/07-losses.js';
import { sameness } from './rows/08-sameness.js';
import { cost } from './rows/09-cost.js';
import { capacities } from './rows/10-capacity.js';
import { overhead } from './rows/11-overhead.js';
import { scheduleToStart } from './rows/12-schedule-to-start.js';
import { longReport } from './rows/13-long-report.js';
import { plantedChanges } from './rows/14-change-points.js';
import { healthyBrokers } from './rows/15-healthy-brokers.js';
import { crowds } from './rows/16-crowd.js';
import { ledgersJudged } from './rows/17-guarantees.js';
import { versionNoise } from './rows/18-versions.js';
import { lies } from './rows/19-lies.js';

/** The table, in its order. */
export const rows: readonly Row[] = [
  classes,
  percentiles,
  verdicts,
  stall,
  outageLengths,
  falseLosses,
  losses,
  sameness,
  cost,
  capacities,
  overhead,
  scheduleToStart,
  longReport,
  plantedChanges,
  healthyBrokers,
  crowds,
  ledgersJudged,
  versionNoise,
  lies,
];
