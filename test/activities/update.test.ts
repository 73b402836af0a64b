import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActivityCancellationDetails } from '@temporalio/common';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type * as Cluster from '../../src/activities/cluster.js';
import type * as Activities from '../../src/activities/update.js';
import type { InRun } from '../../src/messages/requests.js';
import type { BrokerUpdated } from '../../src/domain/broker-update.js';
import { activityEnvironment, plannedRun } from '../../testing/activities.js';
import { built } from '../../testing/built.js';
import { ownedBy, temporaryFolder, until } from '../../testing/processes.js';

const { createClusterActivities } = await built<typeof Cluster>('activities/cluster.js');
const { stopCluster } = createClusterActivities([]);
const { updateActivities } = await built<typeof Activities>('activities/update.js');

const BEFORE = '#!/bin/sh\n# before\n';
let folder: string;
let binary: string;
beforeEach(() => {
  folder = temporaryFolder();
  binary = join(folder, 'broker');
  writeFileSync(binary, BEFORE, { mode: 0o755 });
});
afterEach(() => expect(ownedBy(folder)).toEqual([]));

/** An attempt at a command that takes until somebody says go, broken off once it has begun. */
async function brokenOff(details: ActivityCancellationDetails): Promise<InRun> {
  const script =
    'echo half > broker; touch begun; while [ ! -e go ]; do sleep 0.02; done; printf "#!/bin/sh\\n# after\\n" > broker';
  const update = { command: ['sh', '-c', script], cwd: folder, limitMs: 20_000 };
  mkdirSync(join(folder, 'data'));
  const { run } = plannedRun(join(folder, 'data'), { binary, update });
  const environment = activityEnvironment();
  const attempt = environment.run<[InRun], BrokerUpdated, typeof updateActivities.updateBroker>(
    updateActivities.updateBroker,
    { run },
  );
  await until('the command has begun', () => existsSync(join(folder, 'begun')));
  environment.cancel('CANCELLED', details);
  await expect(attempt).rejects.toThrow('CANCELLED');
  return { run };
}

it('a run that is cancelled ends its update, and has the broker of before', async () => {
  await brokenOff(new ActivityCancellationDetails({ cancelRequested: true }));
  expect([readFileSync(binary, 'utf8'), ownedBy(folder)]).toEqual([BEFORE, []]);
});

it.each([
  ['is stopped', { workerShutdown: true }],
  ['was taken for dead', { timedOut: true }],
  ['is told that its attempt is no more', { notFound: true }],
])('a worker that %s leaves the update to the next one', async (_what, details) => {
  const { run } = await brokenOff(new ActivityCancellationDetails(details));
  expect(ownedBy(folder)).not.toEqual([]);
  writeFileSync(join(folder, 'go'), '');
  const outcome = await activityEnvironment().run<[InRun], BrokerUpdated, typeof updateActivities.updateBroker>(
    updateActivities.updateBroker,
    { run },
  );
  expect([outcome.ok, readFileSync(binary, 'utf8')]).toEqual([true, '#!/bin/sh\n# after\n']);
});

it('a run that was cancelled while no worker was there ends its update with its cluster', async () => {
  const { run } = await brokenOff(new ActivityCancellationDetails({ workerShutdown: true }));
  expect(ownedBy(folder)).not.toEqual([]);
  await activityEnvironment().run<[InRun], unknown, (input: InRun) => Promise<unknown>>(stopCluster, { run });
  expect([readFileSync(binary, 'utf8'), ownedBy(folder)]).toEqual([BEFORE, []]);
});
