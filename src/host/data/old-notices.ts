import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, type RetentionSettings } from '../../domain/retention.js';
import { dataPaths } from '../layout/paths.js';

/** Messages about a cluster go with the runs of their time. Returns how many are as old. */
export function removeOldNotices(dataRoot: string, { runsDays }: RetentionSettings, dryRun: boolean): number {
  const { notices } = dataPaths(dataRoot);
  if (runsDays === 0 || !existsSync(notices)) return 0;
  const old = readdirSync(notices)
    .map((name) => join(notices, name))
    .filter((folder) => Date.now() - lstatSync(folder).mtimeMs > runsDays * DAY_MS);
  if (!dryRun) for (const folder of old) rmSync(folder, { recursive: true, force: true });
  return old.length;
}
