import { beforeEach, expect, test } from 'vitest';
import { chaos, nothingStarted, place, refuses, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

test('schedule needs a server, says how to start one, and starts none', async () => {
  refuses(await chaos('schedule', 'apply'), 1, /Temporal does not run here; start it with: robustmq-chaos dev/);
  expect(nothingStarted(place.root)).toBe(true);
});

test('schedule pauses for nobody who does not say why', async () => {
  expect(await chaos('schedule', 'pause')).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('--reason') });
});
