import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plansByRequest } from '../../src/config/asked.js';
import { loadConfig } from '../../src/config/load.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';
import { installRoot } from '../../src/host/os/tools.js';
import { temporaryFolder } from '../../testing/processes.js';

const names = { drivers, faults };
const places = { runDir: (root: string, id: string) => join(root, id), clusterDir: join, sdkRoot: '/sdk' };
const plans = plansByRequest(loadConfig(join(installRoot, 'config', 'default.yml'), names), names, places);
const versions = ['A', 'B'].map((label) => ({ label, path: `/opt/${label}` }));
const at = '2026-11-22T00:00:00.000Z';

it('a plan is made by the config of the worker, or by the one that the request names', () => {
  const config = join(temporaryFolder(), 'other.yml');
  const kill = '{ name: kill, fault: broker-kill, target: robustmq-server }';
  writeFileSync(config, `cluster: { name: other }\nscenarios: [${kill}]\n`);
  expect([plans.run({}, 'r').cluster, plans.run({ config }, 'r').cluster]).toEqual(['local', 'other']);
  const series = (request: object) => plans.versions({ request: { versions, rounds: 1, ...request }, at });
  expect([series({}).cluster, series({ config }).cluster]).toEqual(['local', 'other']);
  expect(series({ config }).scenarios).toEqual(['kill']);
});
