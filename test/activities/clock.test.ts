import { expect, it } from 'vitest';
import { clockActivities } from '../../src/activities/clock.js';
import { monotonicUs } from '../../src/host/os/clock.js';
import { perform } from '../../testing/activities.js';

it('tells the time of this host in both of its clocks', async () => {
  const before = { at: Date.now(), us: monotonicUs() };
  const { at, us } = await perform(() => clockActivities.hostTime(), undefined);
  expect(Date.parse(at)).toBeGreaterThanOrEqual(before.at);
  expect(us).toBeGreaterThanOrEqual(before.us);
  expect(us).toBeLessThanOrEqual(monotonicUs());
});
