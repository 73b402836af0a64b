import { catalogue } from './round.js';

/** Rounds that fail in about a second, since their cluster never starts, on a schedule that does not tick while a test runs. */
export const failingRounds = {
  cluster: { driver: 'rehearsal' },
  schedule: { cron: '0 0 29 2 *' },
  scenarios: [catalogue.kill],
};
