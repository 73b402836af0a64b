import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { unservedQueue, whyStranded } from '../../src/temporal/stranded.js';

interface Server {
  readonly build: string | null;
  readonly current: string;
  /** Queue → builds of which a worker asks for work on it. */
  readonly asking: Readonly<Record<string, readonly string[]>>;
}

/** A server with one open run, whose activities were on the queue host-h. */
function serverWith({ build, current, asking }: Server): Client {
  const seconds = Math.floor(Date.now() / 1000);
  const raw = { workflowExecutionInfo: { versioningInfo: { deploymentVersion: { buildId: build } } } };
  const events = [{ activityTaskScheduledEventAttributes: { taskQueue: { name: 'host-h' } } }, {}];
  const handle = {
    describe: () => Promise.resolve({ runId: 't', raw }),
    fetchHistory: () => Promise.resolve({ events }),
  };
  return {
    options: { namespace: 'n' },
    workflow: { getHandle: () => handle },
    workflowService: {
      describeWorkerDeployment: () =>
        Promise.resolve({
          workerDeploymentInfo: {
            routingConfig: { currentDeploymentVersion: { buildId: current } },
            versionSummaries: [],
          },
        }),
      describeTaskQueue: ({ taskQueue: { name } }: { taskQueue: { name: string } }) =>
        Promise.resolve({
          pollers: (asking[name] ?? []).map((buildId) => ({
            identity: '1@elsewhere',
            lastAccessTime: { seconds },
            deploymentOptions: { buildId },
          })),
        }),
    },
  } as unknown as Client;
}

const run = { workflowId: 'w', temporalRunId: 't', build: 'a' };
const both = { chaos: ['a', 'b'], 'host-h': ['a', 'b'] };

it('a run needs its build on the queue of the workflows, and on the queue of its host', async () => {
  const unserved = (asking: Server['asking']) => unservedQueue(serverWith({ build: 'a', current: 'b', asking }), run);
  expect(await unserved(both)).toBeUndefined();
  expect(await unserved({ ...both, chaos: ['b'] })).toBe('chaos');
  expect(await unserved({ ...both, 'host-h': ['b'] })).toBe('host-h');
  expect(await unserved({})).toBe('chaos');
});

it('a run whose build nobody has is stranded, and it is said how it goes on', async () => {
  const asking = { chaos: ['b'], 'host-h': ['b'] };
  expect(await whyStranded(serverWith({ build: 'a', current: 'b', asking }), 'w')).toMatch(
    /^w does not go on: it belongs to build a, of which no worker asks for work on the queue chaos\. .* current build b takes it over .* start a worker of build a again$/,
  );
});

it.each([
  ['has a worker of its build', { build: 'a', current: 'b', asking: both }],
  ['belongs to the current build', { build: 'b', current: 'b', asking: {} }],
  ['is of a version without builds', { build: null, current: 'b', asking: {} }],
])('a run that %s is not stranded', async (_, server) => {
  expect(await whyStranded(serverWith(server), 'w')).toBeUndefined();
});

it('nor is one that is not there', async () => {
  const getHandle = () => ({ describe: () => Promise.reject(new Error('not found')) });
  expect(await whyStranded({ workflow: { getHandle } } as unknown as Client, 'w')).toBeUndefined();
});
