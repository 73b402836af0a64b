import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/client/options.js';
import { openSession, searchAttributeFlags } from '../../src/client/session.js';
import { installRoot } from '../../src/host/os/tools.js';
import { liveUsers } from '../../src/host/temporal/state.js';
import { temporaryFolder } from '../../testing/processes.js';
import { NO_SERVER_FILE } from '../../testing/no-server.js';

afterEach(() => void vi.unstubAllEnvs());

it('a server that does not answer ends the session, which leaves no user of it behind', async () => {
  const dataRoot = join(temporaryFolder(), 'data');
  vi.stubEnv('TEMPORAL_CONFIG_FILE', NO_SERVER_FILE);
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
  const config = { ...readConfig(join(installRoot, 'config', 'default.yml')), dataRoot };
  await expect(openSession(config)).rejects.toThrow();
  expect(liveUsers(dataRoot)).toEqual([]);
});

it('search attributes are named with their types, as the server takes them', () => {
  expect(searchAttributeFlags).toContain('ChaosCluster=Keyword');
});
