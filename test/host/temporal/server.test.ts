import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeJson } from '../../../src/host/os/files.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { runningServer } from '../../../src/host/temporal/server.js';
import { temporalPaths } from '../../../src/host/layout/paths.js';
import { temporaryFolder } from '../../../testing/processes.js';

const listening: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of listening.splice(0)) server.close();
});

async function port(): Promise<number> {
  const server = createServer();
  listening.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('the server of a data folder', () => {
  it('runs if its process lives and has both of its ports', async () => {
    const root = join(temporaryFolder(), 'data');
    expect(runningServer(root)).toBeUndefined();
    const state = { port: await port(), httpPort: await port(), uiPort: 1, metricsPort: 2, process: ownIdentity() };
    const running = (change: object): boolean => {
      writeJson(temporalPaths(root).server, { ...state, ...change });
      return runningServer(root) !== undefined;
    };
    expect(running({})).toBe(true);
    expect(running({ process: null })).toBe(false);
    expect(running({ process: { ...ownIdentity(), startTicks: 1 } })).toBe(false);
    expect(running({ httpPort: 1 })).toBe(false);
  });
});
