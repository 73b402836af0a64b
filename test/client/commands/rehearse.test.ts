import { writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { rehearsalConfig } from '../../../src/client/commands/rehearse.js';
import { readConfig } from '../../../src/client/options.js';
import { chaos, nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

test('rehearse with a config that is wrong starts nothing', async () => {
  writeFileSync(place.config, 'data_dir: data\nscenarios: []\n');
  const { exitCode, stdout, stderr } = await chaos('rehearse', 'breaker');
  expect([exitCode, stdout]).toEqual([64, '']);
  expect(stderr).toContain('scenarios');
  expect(nothingStarted(place.root)).toBe(true);
});

test('a rehearsal has the first scenario as it is, with its parameters', () => {
  const delay = '{ name: d, fault: network-delay, target: eth0, params: { delay_ms: 90, jitter_ms: 9 }, core: true }';
  writeFileSync(place.config, `data_dir: data\nscenarios: [${delay}]\n`);
  const [scenario] = rehearsalConfig(readConfig(place.config)).scenarios;
  expect(scenario).toMatchObject({ name: 'd', fault: 'network-delay', params: { delay_ms: 90, jitter_ms: 9 } });
});
