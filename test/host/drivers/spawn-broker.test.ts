import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { spawnBroker } from '../../../src/host/drivers/spawn-broker.js';
import { PortTaken } from '../../../src/host/os/ports.js';
import * as processes from '../../../src/host/os/processes.js';
import { temporaryFolder } from '../../../testing/processes.js';

vi.mock('../../../src/host/os/processes.js', async (original) => ({
  ...(await original<typeof processes>()),
  spawnDetached: vi.fn(),
}));

// Whether a process that ends at once is seen alive before is a matter of a millisecond.
const spawned = vi.mocked(processes.spawnDetached);
let request: processes.SpawnRequest;
beforeEach(() => {
  const root = temporaryFolder();
  request = { command: '/opt/broker', args: [], env: {}, cwd: root, logFile: join(root, 'broker.log') };
});

it('a broker that ends before it could be looked at did not come up, like any that ends', async () => {
  const ended = new processes.EndedAtOnce('/opt/broker ended at once');
  spawned.mockRejectedValue(ended);
  const cluster = { code: 'CLUSTER_START_FAILED', message: '/opt/broker ended at once', cause: ended };
  await expect(spawnBroker(request)).rejects.toMatchObject(cluster);
  writeFileSync(request.logFile, 'bind: address already in use');
  await expect(spawnBroker(request)).rejects.toBeInstanceOf(PortTaken);
});

it('a program that cannot be started at all is no failure of a broker', async () => {
  spawned.mockRejectedValue(new Error('spawn ENOEXEC'));
  await expect(spawnBroker(request)).rejects.toThrow(/^spawn ENOEXEC$/);
  spawned.mockResolvedValue({ pid: 7 } as processes.ProcessId);
  expect(await spawnBroker(request)).toEqual({ pid: 7 });
});
