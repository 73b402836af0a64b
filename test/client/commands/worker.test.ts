import { beforeEach, expect, test } from 'vitest';
import { chaos, nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

test('worker --check says that none serves this host, and starts none', async () => {
  const { exitCode, stdout } = await chaos('worker', '--check');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/no Temporal server is known for .*data/);
  expect(nothingStarted(place.root)).toBe(true);
});
