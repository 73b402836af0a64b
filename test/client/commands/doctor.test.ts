import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { chaos, nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

test('doctor says which scenarios can be run and which cannot, and starts nothing', async () => {
  const scenario = (name: string, target: string) => `{ name: ${name}, fault: broker-kill, target: ${target} }`;
  writeFileSync(place.config, `data_dir: data\nscenarios: [${scenario('good', 'n1')}, ${scenario('bad', 'n9')}]\n`);
  const { exitCode, stdout } = await chaos('doctor', '--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    scenarios: [
      { name: 'good', problem: null },
      { name: 'bad', problem: expect.stringContaining('got n9') },
    ],
  });
  expect(nothingStarted(place.root)).toBe(true);
});

test('doctor says of each own client why it could not be started', async () => {
  const clients = join(place.root, 'clients');
  for (const sdk of ['good', 'windows']) mkdirSync(join(clients, sdk), { recursive: true });
  writeFileSync(join(clients, 'good', 'basic-pubsub.sh'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(clients, 'windows', 'basic-pubsub.sh'), '#!/bin/sh\r\n', { mode: 0o755 });
  const scenarios = 'scenarios: [{ name: kill, fault: broker-kill, target: n1 }]';
  const sdks = 'sdks: [good, windows, absent]\nsdk_clients: { folder: clients }';
  writeFileSync(place.config, `data_dir: data\n${sdks}\n${scenarios}\n`);
  const { exitCode, stdout } = await chaos('doctor');
  expect(exitCode).toBe(1);
  const of = (sdk: string): string => `✗ ${join(clients, sdk, 'basic-pubsub.sh')}: `;
  expect(stdout).toContain(`${of('windows')}its lines end with CRLF`);
  expect(stdout).toContain(`${of('absent')}expected the script of the client, found no folder`);
  expect(stdout).not.toContain(of('good'));
});
