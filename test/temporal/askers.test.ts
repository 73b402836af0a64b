import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { askersOf, hostsServing, isThere, workersServing } from '../../src/temporal/askers.js';

const NO_PROCESS = 4_194_305;
const asker = { identity: `${process.pid}@${hostname()}`, build: 'b', secondsAgo: 1 };

it('a worker of this machine is there as long as its process, another one as long as it asks', () => {
  expect(isThere(asker)).toBe(true);
  expect(isThere({ ...asker, identity: `${NO_PROCESS}@${hostname()}` })).toBe(false);
  expect(isThere({ ...asker, identity: `${NO_PROCESS}@elsewhere` })).toBe(true);
  expect(isThere({ ...asker, identity: `${NO_PROCESS}@elsewhere`, secondsAgo: 91 })).toBe(false);
  expect(isThere({ ...asker, secondsAgo: 91 })).toBe(false);
});

it('who asks is told with the build, and with none of a version without builds', async () => {
  const asked: unknown[] = [];
  const lastAccessTime = { seconds: Math.floor(Date.now() / 1000) - 30 };
  const describeTaskQueue = (request: unknown) => {
    asked.push(request);
    const pollers = [
      { identity: '1@h', lastAccessTime, deploymentOptions: { buildId: 'b' } },
      { identity: '2@h', lastAccessTime },
    ];
    return Promise.resolve({ pollers });
  };
  const client = { options: { namespace: 'n' }, workflowService: { describeTaskQueue } } as unknown as Client;
  const [first, second] = await askersOf(client, 'q', 'activities');
  expect(first).toMatchObject({ identity: '1@h', build: 'b' });
  expect(second).toMatchObject({ identity: '2@h', build: null });
  expect([30, 31, 32]).toContain(first?.secondsAgo);
  expect(asked).toEqual([{ namespace: 'n', taskQueue: { name: 'q' }, taskQueueType: 2 }]);
});

it('the hosts that are served are named once each, also where a worker is older than its name', async () => {
  const lastAccessTime = { seconds: Math.floor(Date.now() / 1000) - 1 };
  const asked: string[] = [];
  const describeTaskQueue = ({ taskQueue }: { readonly taskQueue: { readonly name: string } }) => {
    asked.push(taskQueue.name);
    const identities = [
      '2@m boot 1 host b',
      '1@m boot 1 host b',
      '3@n boot 2 host a',
      '4@old',
      `${NO_PROCESS}@${hostname()}`,
      'cli',
    ];
    return Promise.resolve({ pollers: identities.map((identity) => ({ identity, lastAccessTime })) });
  };
  const client = { options: {}, workflowService: { describeTaskQueue } } as unknown as Client;
  expect(await hostsServing(client)).toEqual(['(host of old)', 'a', 'b']);
  expect((await workersServing(client, 'host-b')).map(({ pid }) => pid)).toEqual([4, 3, 1, 2]);
  expect(asked).toEqual(['chaos', 'host-b']);
});
