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
import { childEnvironment, findOwned, isAlive, spawnDetached, type ProcessId } from '../os/processes.js';
import { readStoredIfAny } from '../os/stored.js';
import { installRoot } from '../os/tools.js';
import { isOlderVersion, ownVersion } from '../os/versions.js';

/** The keeper is a program of its own: what was built, also where this module is run from its source. */
const entry = join(installRoot, 'dist', 'host', 'keeper', 'keeper-main.js');
/** It keeps little and lives long: without this, V8 lets some 50 MB of garbage gather before it looks. */
const SMALL = '--max-semi-space-size=1';
/** A keeper looks four times a second; a new one must be started first. */
const AWARE_LIMIT_MS = 15_000;

/** Mark of a cluster's keeper, and of the commands that it starts. */
export const keeperOwner = (clusterDir: string): string => `${clusterDir}#keeper`;

/** `keeper.json`: which process keeps the cluster. */
export interface KeeperFile extends ProcessId {
  /** Of its program; absent in files of 0.1.0. */
  readonly version?: string;
}

/** Who keeps a cluster, and the version of its program; undefined of one that is older than this field. */
interface Keeping {
  readonly id: ProcessId;
  readonly version: string | undefined;
}

/** By one look at the file: read twice, the name of the old one and the version of the new one would make one keeper. */
function keeping(clusterDir: string): Keeping | undefined {
  const { version, ...named } = keeperFile(clusterDir) ?? {};
  if ('pid' in named && isAlive(named)) return { id: named, version };
  // A full disk does not take its name: then it is found by its mark. A command that it has started carries the mark for a moment, and is younger.
  const marked = existsSync(clusterDir) ? findOwned((owner) => owner === keeperOwner(clusterDir)) : [];
  const [id] = marked.sort((a, b) => a.startTicks - b.startTicks);
  // What a full disk did not take, or a newer program wrote, gives no reason to replace it.
  return id === undefined ? undefined : { id, version: ownVersion() };
}

export const keeperOf = (clusterDir: string): ProcessId | undefined => keeping(clusterDir)?.id;

const keeperFile = (clusterDir: string): KeeperFile | undefined =>
  readStoredIfAny<KeeperFile>('keeper', clusterPaths(clusterDir).keeper);

/** The keeper, unless it is that of an older program, which may not know what this one does to the cluster. */
function keeperOfToday(clusterDir: string): ProcessId | undefined {
  const found = keeping(clusterDir);
  return found === undefined || isOlderVersion(found.version, ownVersion()) ? undefined : found.id;
}

/**
 * Starts a keeper for this cluster unless one lives, and returns when it is at work. The lease must have been written before. The keeper of an older program is
 * replaced: the new one watches before it ends the old one. Where that does not come to be, the old one stays.
 */
export const ensureKeeper = (clusterDir: string): Promise<ProcessId> =>
  withLock(clusterPaths(clusterDir).keeperLock, 20_000, async () => {
    const today = keeperOfToday(clusterDir);
    if (today !== undefined) return today;
    const living = keeperOf(clusterDir);
    refuseNewerCluster(clusterDir);
    mkdirSync(clusterDir, { recursive: true });
    const logFile = clusterPaths(clusterDir).keeperLog;
    await spawnDetached({
      command: process.execPath,
      args: [SMALL, entry, clusterDir],
      env: childEnvironment(keeperOwner(clusterDir), {}),
      cwd: clusterDir,
      logFile,
    });
    const up = await pollUntil(() => Promise.resolve(keeperOfToday(clusterDir)), { limitMs: 10_000, everyMs: 25 });
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
  const aware = await pollUntil<string | true>(
    async () => {
      const keeper = await ensureKeeper(clusterDir).catch((error: unknown) => {
        problem = String(error);
        throw error;
      });
      const unknown = whyNotAware(clusterDir, keeper, faultId);
      if (unknown !== undefined) return notKnown(faultId, keeping(clusterDir)?.version, unknown);
      return isAware(clusterDir, keeper, faultId) || undefined;
    },
    { limitMs, everyMs: 25 },
  );
  if (aware === true) return;
  if (aware !== undefined) throw new ChaosError('INJECT_FAILED', aware);
  throw new ChaosError(
    'INJECT_FAILED',
    `expected a keeper that knows of ${faultId} within ${limitMs} ms, so that the fault always ends: ${problem}`,
  );
}

const notKnown = (faultId: string, version: string | undefined, why: string): string =>
  `expected a keeper that can end ${faultId}, got one of version ${version ?? 'unknown'}, which says that ${why}; ` +
  'stop what uses the cluster, so that its keeper goes, or install a program with a higher version';

/** The first process that starts after a crash gives every cluster that still has a lease, or an open fault, its keeper back; those of a newer program it leaves alone. */
export async function reviveKeepers(dataRoot: string): Promise<void> {
  const faulty = openOnHost(dataRoot).map((ticket) => ticket.clusterDir);
  const needy = new Set([...leasedClusters(dataPaths(dataRoot).clusters), ...faulty]);
  for (const clusterDir of needy) if (newerOfCluster(clusterDir).length === 0) await ensureKeeper(clusterDir);
}
