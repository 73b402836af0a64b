import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError } from '../../domain/errors.js';
import { pollUntil } from '../os/clock.js';
import { isAware, whyNotAware } from '../tickets/awareness.js';
import { leasedClusters } from '../tickets/lease.js';
import { newerOfCluster, refuseNewerCluster } from '../tickets/newer.js';
import { openOnHost } from '../tickets/store.js';
import { withLock } from '../os/lock.js';
import { clusterPaths, dataPaths } from '../layout/paths.js';
import {
  childEnvironment,
  findOwned,
  isAlive,
  spawnDetached,
  VERSION_VARIABLE,
  versionOf,
  type ProcessId,
} from '../os/processes.js';
import { readStoredIfAny } from '../os/stored.js';
import { installRoot } from '../os/tools.js';
import { isOlderVersion, ownVersion } from '../os/versions.js';
import { keeperOwner } from './owner.js';

/** The keeper is a program of its own: what was built, also where this module is run from its source. */
const entry = join(installRoot, 'dist', 'host', 'keeper', 'keeper-main.js');
/** A keeper looks four times a second; a new one must be started first. */
const AWARE_LIMIT_MS = 15_000;

export function keeperOf(clusterDir: string): ProcessId | undefined {
  const id = readStoredIfAny<ProcessId>('keeper', clusterPaths(clusterDir).keeper);
  if (id !== undefined && isAlive(id)) return id;
  // A full disk does not take its name: then it is found by its mark. A command that it has started carries the mark for a moment, and is younger.
  const marked = existsSync(clusterDir) ? findOwned((owner) => owner === keeperOwner(clusterDir)) : [];
  return marked.sort((a, b) => a.startTicks - b.startTicks)[0];
}

/** Is it a keeper of an older program? That may not know what this one does to the cluster. */
const isOlder = ({ pid }: ProcessId): boolean => isOlderVersion(versionOf(pid), ownVersion());

/**
 * Starts a keeper for this cluster unless one lives, and returns when it is at work. The lease must have been written before. The keeper of an older program is
 * replaced: the new one watches before it ends the old one. Where that does not come to be, the old one stays.
 */
export const ensureKeeper = (clusterDir: string): Promise<ProcessId> =>
  withLock(clusterPaths(clusterDir).keeperLock, 20_000, async () => {
    const living = keeperOf(clusterDir);
    if (living !== undefined && !isOlder(living)) return living;
    refuseNewerCluster(clusterDir);
    mkdirSync(clusterDir, { recursive: true });
    const logFile = clusterPaths(clusterDir).keeperLog;
    await spawnDetached({
      command: process.execPath,
      args: [entry, clusterDir],
      env: childEnvironment(keeperOwner(clusterDir), { [VERSION_VARIABLE]: ownVersion() }),
      cwd: clusterDir,
      logFile,
    });
    const successor = (): ProcessId | undefined => {
      const found = keeperOf(clusterDir);
      return found === undefined || isOlder(found) ? undefined : found;
    };
    const up = await pollUntil(() => Promise.resolve(successor()), { limitMs: 10_000, everyMs: 25 });
    if (up === undefined && living !== undefined && isAlive(living)) return living;
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
      const unknown = whyNotAware(clusterDir, keeper, faultId);
      if (unknown !== undefined) throw new ChaosError('INJECT_FAILED', notKnown(keeper, faultId, unknown));
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

const notKnown = ({ pid }: ProcessId, faultId: string, why: string): string =>
  `expected a keeper that can end ${faultId}: that of version ${versionOf(pid) ?? 'unknown'} (pid ${pid}) says that ${why}; ` +
  'stop what uses the cluster, so that its keeper goes, or install a program with a higher version';

/** The first process that starts after a crash gives every cluster that still has a lease, or an open fault, its keeper back; those of a newer program it leaves alone. */
export async function reviveKeepers(dataRoot: string): Promise<void> {
  const faulty = openOnHost(dataRoot).map((ticket) => ticket.clusterDir);
  const needy = new Set([...leasedClusters(dataPaths(dataRoot).clusters), ...faulty]);
  for (const clusterDir of needy) if (newerOfCluster(clusterDir).length === 0) await ensureKeeper(clusterDir);
}
