import { beforeEach, expect, test } from 'vitest';
import { chaos, nothingStarted, place, refuses, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

// What it lists is seen in test/e2e/hosts.test.ts.
test('where no Temporal runs nothing is started to ask it', async () => {
  refuses(await chaos('hosts'), 1, /Temporal does not run here; start it with: robustmq-chaos dev/);
  expect(nothingStarted(place.root)).toBe(true);
});
