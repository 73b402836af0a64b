import { writeFileSync } from 'node:fs';
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
