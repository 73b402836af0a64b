import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Notification } from '../../../src/domain/notification.js';
import { folderNotifier } from '../../../src/host/notify/folder.js';
import { temporaryFolder } from '../../../testing/processes.js';

it('a message is kept in the run’s folder by its kind, the last one of a kind', async () => {
  const runDir = join(temporaryFolder(), 'run');
  const message = (kind: string, text: string) => ({ kind, text }) as Notification;
  await folderNotifier.send(message('finished', 'one'), { folder: runDir });
  await folderNotifier.send(message('finished', 'two'), { folder: runDir });
  await folderNotifier.send(message('paused', 'three'), { folder: runDir });
  const read = (kind: string): unknown =>
    JSON.parse(readFileSync(join(runDir, 'notifications', `${kind}.json`), 'utf8'));
  expect([read('finished'), read('paused')]).toEqual([
    { ...message('finished', 'two'), format: 1 },
    { ...message('paused', 'three'), format: 1 },
  ]);
});
