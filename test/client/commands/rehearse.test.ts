import { writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { chaos, nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

test('rehearse with a config that is wrong starts nothing', async () => {
  writeFileSync(place.config, 'data_dir: data\nscenarios: []\n');
  const { exitCode, stdout, stderr } = await chaos('rehearse', 'breaker');
  expect([exitCode, stdout]).toEqual([64, '']);
  expect(stderr).toContain('scenarios');
  expect(nothingStarted(place.root)).toBe(true);
});
