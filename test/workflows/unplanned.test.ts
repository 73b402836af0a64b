import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { AnnounceNoticeRequest } from '../../src/messages/notices.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { breakerRuns, UNTIL_SEEN } from '../../testing/workflows/breaker-runs.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { failure, invalidConfig } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

/** A bound on a hang: an error that may pass is tried again a few times. */
const UNTIL_TRIED = { timeout: 100_000, interval: 25 };

const { runOn, statusOf, scheduleOf } = breakerRuns(() => rig);

it('scheduled rounds whose config cannot be read are shown, told once, and not counted', async () => {
  const notices: AnnounceNoticeRequest[] = [];
  let isBroken = true;
  const host = rig.hostOfSchedule('typo', {
    instead: {
      preparePlan: (input) => (isBroken ? invalidConfig(input) : Promise.resolve(host.plan)),
      announceNotice: (notice) => Promise.resolve(void notices.push(notice)),
    },
  });
  const schedule = await scheduleOf('typo', 1);
  const unplanned = async () => (await statusOf('typo')).watch.unplanned;
  await vi.waitFor(async () => expect(await unplanned()).toMatchObject({ rounds: 2, told: true }), UNTIL_SEEN);
  expect(await unplanned()).toMatchObject({
    workflowId: expect.stringMatching(/^chaos-run-typo-/),
    problem: expect.stringContaining('cluster.binary: expected a file, got nothing'),
  });
  expect((await statusOf('typo')).breaker).toMatchObject({ consecutiveFailures: 0, outcomes: [] });
  isBroken = false;
  await vi.waitFor(async () => expect(await unplanned()).toBeNull(), UNTIL_SEEN);
  await schedule.pause('seen enough');
  expect(notices).toMatchObject([
    { cluster: 'typo', notice: { kind: 'unplanned', unplanned: { code: 'CONFIG_INVALID' } } },
  ]);
});

it.each([
  ['a full disk', 'full', failure('DISK_FULL', 'no space left on device — Make room'), 'DISK_FULL'],
  ['an error without a word of its own', 'odd', new Error('EACCES: permission denied, mkdir /data/runs'), 'Error'],
])('scheduled rounds that %s keeps from their plan are told once, too', async (_, cluster, error, code) => {
  const notices: AnnounceNoticeRequest[] = [];
  rig.hostOfSchedule(cluster, {
    instead: {
      preparePlan: () => Promise.reject(error),
      announceNotice: (notice) => Promise.resolve(void notices.push(notice)),
    },
  });
  const schedule = await scheduleOf(cluster, 1);
  const watch = async () => (await statusOf(cluster)).watch;
  await vi.waitFor(async () => expect((await watch()).unplanned).toMatchObject({ told: true }), UNTIL_TRIED);
  await schedule.pause('seen enough');
  expect((await watch()).unplanned).toMatchObject({ code, problem: error.message });
  expect(notices).toMatchObject([{ cluster, notice: { kind: 'unplanned', unplanned: { code } } }]);
  expect((await statusOf(cluster)).breaker).toMatchObject({ consecutiveFailures: 0, outcomes: [] });
});

it('a round that a person started is shown on its own page alone', async () => {
  const { handle, host } = await runOn('by-hand', { instead: { preparePlan: invalidConfig } });
  await expect(handle.result()).rejects.toThrow();
  expect((await handle.query(runProgressQuery)).notes).toEqual([expect.stringContaining('cluster.binary')]);
  expect(host.calls).toEqual(['preparePlan']);
});
