import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pollUntil } from './clock.js';
import { readJson } from './files.js';
import { keeperLock } from './keeper.js';
import { leasedClusters } from './lease.js';
import { withLock } from './lock.js';
import { dataPaths } from './paths.js';
import { childEnvironment, isAlive, spawnDetached, type ProcessId } from './processes.js';

const entry = fileURLToPath(new URL('./keeper-main.js', import.meta.url));

export function keeperOf(clusterDir: string): ProcessId | undefined {
  const id = readJson<ProcessId>(join(clusterDir, 'keeper.json'));
  return id !== undefined && isAlive(id) ? id : undefined;
}

/** Starts a keeper for this cluster unless one lives, and returns when it is at work. The lease must have been written before. */
export const ensureKeeper = (clusterDir: string): Promise<ProcessId> =>
  withLock(keeperLock(clusterDir), 20_000, async () => {
    const living = keeperOf(clusterDir);
    if (living !== undefined) return living;
    mkdirSync(clusterDir, { recursive: true });
    const logFile = join(clusterDir, 'keeper.log');
    await spawnDetached({
      command: process.execPath,
      args: [entry, clusterDir],
      env: childEnvironment(`${clusterDir}#keeper`, {}),
      cwd: clusterDir,
      logFile,
    });
    const up = await pollUntil(() => Promise.resolve(keeperOf(clusterDir)), { limitMs: 10_000, everyMs: 25 });
    if (up === undefined) throw new Error(`the keeper did not start within 10 s; see ${logFile}`);
    return up;
  });

/** Whoever starts first after a crash gives every cluster that still has a lease its keeper back. */
export async function reviveKeepers(dataRoot: string): Promise<void> {
  for (const clusterDir of leasedClusters(dataPaths(dataRoot).clusters)) await ensureKeeper(clusterDir);
}
