import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { beforeEach, expect, it } from 'vitest';
import { createWatchActivities } from '../../src/activities/watch.js';
import { ChaosError } from '../../src/domain/errors.js';
import type { Notification } from '../../src/domain/notification.js';
import { NotifyError } from '../../src/host/notify/contract.js';
import type { AnnounceNoticeRequest } from '../../src/messages/notices.js';
import { perform } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';

/** A server without schedule and record. */
const server = {
  schedule: {
    getHandle: (id: string) => ({ describe: () => Promise.reject(new ScheduleNotFoundError('none', id)) }),
  },
  workflow: { getHandle: () => ({ query: () => Promise.reject(new Error('no record')) }) },
  withAbortSignal: <T>(_: AbortSignal, ask: () => T): T => ask(),
} as unknown as Client;

let dataRoot: string;
let sent: Notification[];
beforeEach(() => {
  dataRoot = temporaryFolder();
  sent = [];
});

const request: AnnounceNoticeRequest = {
  cluster: 'local',
  configPath: '/broken.yml',
  notice: {
    kind: 'unplanned',
    unplanned: {
      ...{
        workflowId: 'w1',
        since: '2026-11-28T00:00:00Z',
        at: '2026-11-28T04:00:00Z',
        problem: '/broken.yml: 1 problem',
      },
      ...{ configPath: '/broken.yml', rounds: 1, told: false },
    },
  },
};

/** A worker whose own config is fine, while that of the rounds cannot be read. */
const activities = (send = (message: Notification): Promise<void> => Promise.resolve(void sent.push(message))) =>
  createWatchActivities({
    notifiersOf: (path) => {
      if (path !== '/own.yml') throw new ChaosError('CONFIG_INVALID', `${path}: 1 problem`);
      return [{ name: 'test', send }];
    },
    own: { dataRoot, configPath: '/own.yml' },
  });

it('whom to tell says the worker’s own config, where that of the rounds cannot be read', async () => {
  await perform(activities().announceNotice, request, server);
  expect(sent).toMatchObject([{ kind: 'config-invalid', cluster: 'local' }]);
});

it('a full disk is told in other words than a config', async () => {
  const { notice } = request;
  const full = { ...notice, unplanned: { ...('unplanned' in notice && notice.unplanned), code: 'DISK_FULL' } };
  await perform(activities().announceNotice, { ...request, notice: full } as AnnounceNoticeRequest, server);
  expect(sent).toMatchObject([{ kind: 'unplanned', text: expect.stringContaining('测试设备故障') }]);
});

it('a message is sent once, however often it is tried, and what does not get through says whether that can help', async () => {
  const refusing = activities(() => Promise.reject(new NotifyError('HTTP 403', false)));
  await expect(perform(refusing.announceNotice, request, server)).rejects.toMatchObject({
    type: 'NOTIFY_FAILED',
    nonRetryable: true,
  });
  for (let attempt = 0; attempt < 2; attempt += 1) await perform(activities().announceNotice, request, server);
  expect(sent).toHaveLength(1);
  expect(readdirSync(join(dataRoot, 'notices'))).toEqual(['local-2026-11-28T00-00-00Z']);
});

it('a look finds nothing promised where there is no schedule, and writes nothing where there is no record', async () => {
  expect(await perform(activities().lookAtSchedule, { cluster: 'local' }, server)).toEqual({ kind: 'off' });
  expect(existsSync(join(dataRoot, 'breakers.json'))).toBe(false);
});
