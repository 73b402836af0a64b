import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chaos, nothingStarted, place } from '../../../testing/stored-commands.js';

test('rehearse with a config that is wrong starts nothing', async () => {
  writeFileSync(place.config, 'data_dir: data\nscenarios: []\n');
  const { exitCode, stdout, stderr } = await chaos('rehearse', 'breaker');
  expect([exitCode, stdout]).toEqual([64, '']);
  expect(stderr).toContain('scenarios');
  expect(nothingStarted(place.root)).toBe(true);
});
