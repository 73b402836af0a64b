import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/client/options.js';
import { checkWorker } from '../../src/client/worker-check.js';
import { installRoot } from '../../src/host/os/tools.js';
import { useServer } from '../../src/host/temporal/state.js';
import { temporaryFolder } from '../../testing/processes.js';
import { NO_SERVER_FILE } from '../../testing/no-server.js';

const config = { ...readConfig(join(installRoot, 'config', 'default.yml')), dataRoot: '' };
const address = '127.0.0.1:1';
const check = () => checkWorker(config);

beforeEach(() => {
  config.dataRoot = join(temporaryFolder(), 'data');
  vi.stubEnv('TEMPORAL_CONFIG_FILE', NO_SERVER_FILE);
  vi.stubEnv('TEMPORAL_ADDRESS', address);
});
afterEach(() => void vi.unstubAllEnvs());

describe('a worker is not healthy', () => {
  it('where no server is known', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', undefined);
    expect(await check()).toEqual({ ok: false, text: expect.stringContaining('no Temporal server') });
  });

  it('where it is none of this host, or serves another server', async () => {
    const none = { ok: false, text: `no worker of host ${config.host.id} runs for ${address}` };
    expect(await check()).toEqual(none);
    useServer(config.dataRoot, 'worker', { hostId: 'another', address });
    expect(await check()).toEqual(none);
    useServer(config.dataRoot, 'worker', { hostId: config.host.id, address: '127.0.0.1:2' });
    expect(await check()).toEqual(none);
  });

  it('where its server does not answer', async () => {
    useServer(config.dataRoot, 'worker', { hostId: config.host.id, address });
    expect(await check()).toEqual({ ok: false, text: `Temporal does not answer at ${address}` });
  });
});
