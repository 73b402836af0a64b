import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CHAOS_QUEUE } from '../../src/domain/ids.js';
import {
  buildsNow,
  knownBuilds,
  moveRun,
  openRun,
  openRuns,
  servedBuilds,
  setCurrentCommand,
} from '../../src/temporal/builds.js';
import { buildOptions } from '../../src/temporal/worker-side.js';
import { breakerRuns, UNTIL_SEEN } from '../../testing/workflows/breaker-runs.js';
import { becomeCurrent, createRig, type Rig } from '../../testing/workflows/rig.js';

// On a real server: what it does with builds is what counts. The rig's own worker is the build `test`, and current.
let rig: Rig;
beforeAll(async () => {
  // As the SDK would: what asks for work in this test is alive.
  rig = await createRig({ identity: `${process.pid}@${hostname()}` });
});
afterAll(() => rig.close());

const { breakerOf, phaseOf, statusOf } = breakerRuns(() => rig);
const resume = { by: 'ann', reason: 'a test' };

it('a run goes on with the build that it began with, until somebody moves it; the record of a cluster goes with the current one', async () => {
  const { client } = rig.env;
  const paused = await breakerOf('moved');
  const { workflowId } = paused.handle;
  expect(await openRun(client, workflowId)).toMatchObject({ build: 'test' });
  const next = await rig.createWorker(CHAOS_QUEUE, buildOptions('next'));
  await becomeCurrent(client, 'next');
  expect(await knownBuilds(client)).toEqual({ current: 'next', everCurrent: expect.arrayContaining(['test', 'next']) });
  await vi.waitFor(async () => expect((await servedBuilds(client)).sort()).toEqual(['next', 'test']), UNTIL_SEEN);
  await vi.waitFor(async () => expect(await openRuns(client)).toHaveLength(1), UNTIL_SEEN);
  expect(await buildsNow(client)).toEqual([
    { id: 'next', isCurrent: true, isServed: true, openRuns: [] },
    { id: 'test', isCurrent: false, isServed: true, openRuns: [workflowId] },
  ]);
  expect((await statusOf('moved')).breaker.state.kind).toBe('open');

  await moveRun(client, await openRun(client, workflowId), 'next');
  expect(await openRun(client, workflowId)).toMatchObject({ build: 'next' });
  expect(await phaseOf(paused)).toBe('paused');
  await paused.handle.signal('resume', resume);
  await paused.handle.result();
  const { events } = await paused.handle.fetchHistory();
  const last = events?.findLast((event) => event.workflowTaskCompletedEventAttributes);
  expect(last?.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId).toBe('next');
  // The reset was an update of it.
  expect(await openRun(client, 'cluster-moved')).toMatchObject({ build: 'next' });
  await next.stop();
});

it('a person types the same for a server of their own', () => {
  expect(setCurrentCommand('b', { address: 'h:7233', namespace: 'n' })).toBe(
    'temporal worker deployment set-current-version --deployment-name robustmq-chaos --build-id b --address h:7233 --namespace n',
  );
});
