import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/client/options.js';
import { startRun } from '../../src/client/start-run.js';
import { installRoot } from '../../src/host/os/tools.js';
import { temporaryFolder } from '../../testing/processes.js';

it.each([
  ['a scenario', 'melt', undefined, /got melt/],
  ['an SDK', undefined, ['cobol'], /cobol/],
])('%s that there is not is refused before anything is started', async (_what, scenario, sdks, words) => {
  const dataRoot = join(temporaryFolder(), 'data');
  const config = { ...readConfig(join(installRoot, 'config', 'default.yml')), dataRoot };
  await expect(startRun(config, scenario, { json: true, sdks, cancelFirst: false })).rejects.toMatchObject({
    ...{ code: 'CONFIG_INVALID', message: expect.stringMatching(words) },
  });
  expect(existsSync(dataRoot)).toBe(false);
});
