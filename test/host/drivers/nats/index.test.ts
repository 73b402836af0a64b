import { join } from 'node:path';
import { expect, it } from 'vitest';
import { natsDriver } from '../../../../src/host/drivers/nats/index.js';
import { requireTool } from '../../../../src/host/os/tools.js';
import { temporaryFolder } from '../../../../testing/processes.js';

it('a broker that the run brings is looked for where it is said to be, and not where set-up keeps its own', async () => {
  const binary = join(temporaryFolder(), 'nats-server');
  expect(await natsDriver.preflight({ binary })).toEqual([expect.stringContaining(`a program at ${binary}`)]);
  expect(await natsDriver.preflight({ binary: requireTool('nats-server') })).toEqual([]);
  expect(await natsDriver.preflight({})).toEqual([]);
});
