import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHAOS_QUEUE } from '../../src/domain/ids.js';
import { knownBuilds, openRun } from '../../src/temporal/builds.js';
import { buildOptions } from '../../src/temporal/worker-side.js';
import { breakerRuns } from '../../testing/workflows/breaker-runs.js';
import { becomeCurrent, createRig, type Rig } from '../../testing/workflows/rig.js';

// Version 0.1.0 knew no builds: what it left open must go on.
let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ isOld: true });
});
afterAll(() => rig.close());

it('a run of a version without builds goes on with the first build, and so does the record of its cluster', async () => {
  const { client } = rig.env;
  expect(await knownBuilds(client)).toEqual({ current: null, everCurrent: [] });
  const paused = await breakerRuns(() => rig).breakerOf('old');
  const { workflowId } = paused.handle;
  expect(await openRun(client, workflowId)).toMatchObject({ build: null });
  await rig.stopWorker();
  const first = await rig.createWorker(CHAOS_QUEUE, buildOptions('first'));
  await becomeCurrent(client, 'first');
  await paused.handle.signal('resume', { by: 'ann', reason: 'a test' });
  await paused.handle.result();
  // Its last task was done by a worker with a build: it is pinned from then on.
  expect(await openRun(client, workflowId)).toMatchObject({ build: 'first' });
  expect(await openRun(client, 'cluster-old')).toMatchObject({ build: 'first' });
  await first.stop();
});
