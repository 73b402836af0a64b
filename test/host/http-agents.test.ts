import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as undici from 'undici';
import { expect, it, vi } from 'vitest';
import { fetchHere } from '../../src/host/os/http.js';

vi.mock('undici', { spy: true });

/** Nobody listens there, and each is another server. */
const dead = (i: number): string => `http://127.0.1.${i}:1/`;
const agents = (): number => vi.mocked(undici.Agent).mock.instances.length;

it('no agent gathers every server that was ever asked: a worker asks new ports in each round, for years', async () => {
  const server = createServer((_, response) => void setTimeout(() => response.end('late'), 300));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const slow = fetchHere(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  for (let i = 1; i <= 100; i += 1) await expect(fetchHere(dead(i))).rejects.toThrow('fetch failed');
  expect(agents()).toBeGreaterThanOrEqual(4);
  // What was asked before of an agent that was let go is still answered.
  expect(await (await slow).text()).toBe('late');
  server.closeAllConnections();
  server.close();
});

it('an agent is kept for the servers of a cluster', async () => {
  await fetchHere(dead(1)).catch(() => undefined);
  const before = agents();
  for (let i = 0; i < 100; i += 1) await fetchHere(dead(1 + (i % 8))).catch(() => undefined);
  expect(agents() - before).toBeLessThanOrEqual(1);
});
