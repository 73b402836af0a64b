import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError } from '../../domain/errors.js';
import { pollUntil } from '../os/clock.js';
import { readJson } from '../os/files.js';
import { isAware } from '../tickets/awareness.js';
import { leasedClusters } from '../tickets/lease.js';
import { openOnHost } from '../tickets/store.js';
import { withLock } from '../os/lock.js';
import { clusterPaths, dataPaths } from '../layout/paths.js';
import { childEnvironment, findOwned, isAlive, spawnDetached, type ProcessId } from '../os/processes.js';
import { installRoot } from '../os/tools.js';

/** The keeper is a program of its own: what was built, also where this module is run from its source. */
const entry = join(installRoot, 'dist', 'host', 'keeper', 'keeper-main.js');
/** A keeper looks four times a second; a new one must be started first. */
const AWARE_LIMIT_MS = 15_000;

const keeperOwner = (clusterDir: string): string => `${clusterDir}#keeper`;

export function keeperOf(clusterDir: string): ProcessId | undefined {
  const id = readJson<ProcessId>(clusterPaths(clusterDir).keeper);
  if (id !== undefined && isAlive(id)) return id;
  // A full disk does not take its name: then it is found by its mark. A command that it has started carries the mark for a moment, and is younger.
  const marked = existsSync(clusterDir) ? findOwned((owner) => owner === keeperOwner(clusterDir)) : [];
  return marked.sort((a, b) => a.startTicks - b.startTicks)[0];
}

/** Starts a keeper for this cluster unless one lives, and returns when it is at work. The lease must have been written before. */
export const ensureKeeper = (clusterDir: string): Promise<ProcessId> =>
  withLock(clusterPaths(clusterDir).keeperLock, 20_000, async () => {
    const living = keeperOf(clusterDir);
    if (living !== undefined) return living;
    mkdirSync(clusterDir, { recursive: true });
    const logFile = clusterPaths(clusterDir).keeperLog;
    await spawnDetached({
      command: process.execPath,
      args: [entry, clusterDir],
      env: childEnvironment(keeperOwner(clusterDir), {}),
      cwd: clusterDir,
      logFile,
    });
    const up = await pollUntil(() => Promise.resolve(keeperOf(clusterDir)), { limitMs: 10_000, everyMs: 25 });
    if (up === undefined) throw new Error(`the keeper did not start within 10 s; see ${logFile}`);
    return up;
  });

/**
 * Resolves when a living keeper has read this ticket: from then on the fault ends at its deadline, even if every other process dies. Rejects with INJECT_FAILED, and
 * then nothing may be injected.
 */
export async function confirmKeeper(clusterDir: string, faultId: string, limitMs = AWARE_LIMIT_MS): Promise<void> {
  let problem = 'it has not read the ticket';
  const aware = await pollUntil(
    async () => {
      const keeper = await ensureKeeper(clusterDir).catch((error: unknown) => {
        problem = String(error);
        throw error;
      });
      return isAware(clusterDir, keeper, faultId) || undefined;
    },
    { limitMs, everyMs: 25 },
  );
  if (aware === true) return;
  throw new ChaosError(
    'INJECT_FAILED',
    `expected a keeper that knows of ${faultId} within ${limitMs} ms, so that the fault always ends: ${problem}`,
  );
}

/** The first process that starts after a crash gives every cluster that still has a lease, or an open fault, its keeper back. */
export async function reviveKeepers(dataRoot: string): Promise<void> {
  const faulty = openOnHost(dataRoot).map((ticket) => ticket.clusterDir);
  const needy = new Set([...leasedClusters(dataPaths(dataRoot).clusters), ...faulty]);
  for (const clusterDir of needy) await ensureKeeper(clusterDir);
}
