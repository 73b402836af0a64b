import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { claimHost } from '../../src/temporal/claim-host.js';
import { workerIdentity } from '../../src/temporal/identity.js';

const LIMITS = { limitMs: 60, everyMs: 10 };
const elsewhere = '7@elsewhere boot 0badb007 host a';

/** A server that answers, one look after the other, who asked `secondsAgo`; the last answer stays. */
function serverWith(...looks: readonly (readonly string[])[]): { readonly client: Client; readonly queues: string[] } {
  const queues: string[] = [];
  const describeTaskQueue = ({ taskQueue }: { readonly taskQueue: { readonly name: string } }) => {
    const seen = looks[Math.min(queues.length, looks.length - 1)] ?? [];
    queues.push(taskQueue.name);
    const lastAccessTime = { seconds: Math.floor(Date.now() / 1000) - 3 };
    return Promise.resolve({ pollers: seen.map((identity) => ({ identity, lastAccessTime })) });
  };
  return { client: { options: {}, workflowService: { describeTaskQueue } } as unknown as Client, queues };
}

it('nobody, another worker of this machine, and its version of before are no other machine', async () => {
  for (const there of [[], [workerIdentity('a')], [`${process.pid}@${hostname()}`]]) {
    const { client, queues } = serverWith(there);
    await claimHost(client, 'a', LIMITS);
    expect(queues).toEqual(['host-a']);
  }
});

it('an id that another machine has is refused, with both names', async () => {
  const { client } = serverWith([workerIdentity('a'), elsewhere]);
  await expect(claimHost(client, 'a', LIMITS)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(
      new RegExp(
        `^host\\.id: expected an id that no other machine has, got a, which process 7 of machine elsewhere \\(boot 0badb007\\) has: .* [345] s ago, and this is process ${process.pid} of machine ${hostname()} `,
      ),
    ),
  });
});

it('one that goes meanwhile is waited for', async () => {
  const { client, queues } = serverWith([elsewhere], [elsewhere], []);
  await claimHost(client, 'a', { limitMs: 60_000, everyMs: 1 });
  expect(queues).toHaveLength(3);
});
