import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeOldNotices } from '../../../src/host/data/old-notices.js';
import { noticeDir } from '../../../src/host/layout/paths.js';
import { temporaryFolder } from '../../../testing/processes.js';

const settings = { ledgersDays: 30, runsDays: 365, minFreeMb: 0 };

it('messages about a cluster go when the runs of their time go', () => {
  const dataRoot = temporaryFolder();
  const folders = [400, 300].map((daysAgo) => {
    const at = new Date(Date.now() - daysAgo * 86_400_000);
    const folder = noticeDir(dataRoot, 'local', at.toISOString());
    mkdirSync(join(folder, 'notifications'), { recursive: true });
    writeFileSync(join(folder, 'notifications', 'overdue.json'), '{}');
    utimesSync(folder, at, at);
    return folder;
  });
  const kept = (): boolean[] => folders.map((folder) => existsSync(folder));
  expect(removeOldNotices(dataRoot, { ...settings, runsDays: 0 }, false)).toBe(0);
  expect(removeOldNotices(dataRoot, settings, true)).toBe(1);
  expect(kept()).toEqual([true, true]);
  expect(removeOldNotices(dataRoot, settings, false)).toBe(1);
  expect(kept()).toEqual([false, true]);
  expect(removeOldNotices(`${dataRoot}/none`, settings, false)).toBe(0);
});
