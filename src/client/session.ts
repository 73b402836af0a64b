import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import type { Config } from '../config/load.js';
import { ChaosError } from '../domain/errors.js';
import { pollUntil } from '../host/os/clock.js';
import { requireLimits } from '../host/os/limits.js';
import { endProcess, isAlive, ownIdentity, spawnDetached, type ProcessId } from '../host/os/processes.js';
import { requireWritable } from '../host/os/writable.js';
import { ownBuild } from '../host/os/versions.js';
import { ensureServer } from '../host/temporal/server.js';
import { isStaying, liveUsers, prepareFolder, takeUp, useServer } from '../host/temporal/state.js';
import { temporalPaths, writtenIn } from '../host/layout/paths.js';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes.js';
import { AT_ONCE, claimHost } from '../temporal/claim-host.js';
import { requireBuilds, requireCurrent } from '../temporal/builds.js';
import { connectClient, embeddedServer, findPlace, outsideServer, type TemporalPlace } from '../temporal/connection.js';

const program = join(dirname(fileURLToPath(import.meta.url)), 'main.js');

/** `Name=Type`, as the dev server takes them. */
export const searchAttributeFlags = SEARCH_ATTRIBUTES.map((key) => `${key.name}=Keyword`);

/** A command's hold on Temporal: server and worker are there, and what was started for it goes when it is closed. */
export interface Session {
  readonly place: TemporalPlace;
  readonly client: Client;
  /** Server and worker are (started) there: called now and then while something is waited for, so that a killed one comes back. */
  readonly keepAlive: () => Promise<void>;
  /** From now on this command sees the run to its end. False: another one does, or may on a server of somebody else. */
  readonly follow: (workflowId: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** Is a worker of this host alive that serves this server? It does not matter who started it. */
const hasWorker = (config: Config, { address }: TemporalPlace): boolean =>
  liveUsers(config.dataRoot).some(
    (user) => user.serves?.hostId === config.host.id && user.serves.address === address && isStaying(user),
  );

/** A worker of our own that ends with us. */
async function startWorker(config: Config, place: TemporalPlace): Promise<ProcessId> {
  const { pid, startTicks } = ownIdentity();
  const id = await spawnDetached({
    command: process.execPath,
    args: [program, 'worker', '--config', config.path, '--owner', `${pid}:${startTicks}`],
    env: process.env as Record<string, string>,
    cwd: process.cwd(),
    logFile: temporalPaths(config.dataRoot).workerLog,
  });
  const up = await pollUntil(() => Promise.resolve(hasWorker(config, place) || undefined), {
    limitMs: 60_000,
    everyMs: 50,
  });
  if (up === undefined)
    throw new ChaosError(
      'PREFLIGHT_FAILED',
      `the worker did not start within 60 s; see ${temporalPaths(config.dataRoot).workerLog}`,
    );
  return id;
}

async function placeFor(config: Config): Promise<TemporalPlace> {
  const outside = outsideServer();
  if (outside !== undefined) return outside;
  await ensureServer(config.dataRoot, searchAttributeFlags);
  return embeddedServer(config.dataRoot) as TemporalPlace;
}

/** Opens a session: uses the server and the worker that run, or starts its own. `every run`: it is there for all of them. */
export async function openSession(config: Config, to: 'one run' | 'every run' = 'one run'): Promise<Session> {
  requireWritable(writtenIn(config.dataRoot));
  const there = findPlace(config.dataRoot);
  // A worker that runs has limits of its own, which the pre-check of a run looks at.
  if (there === undefined || !hasWorker(config, there)) requireLimits();
  prepareFolder(config.dataRoot);
  const leave = useServer(config.dataRoot, 'command', null, to === 'one run' ? { follows: null } : {});
  let worker: ProcessId | undefined;
  const keepWorkerAlive = async (place: TemporalPlace): Promise<void> => {
    if (hasWorker(config, place) || (worker !== undefined && isAlive(worker))) return;
    worker = await startWorker(config, place);
  };
  try {
    const place = await placeFor(config);
    const client = await connectClient(place);
    if (place.kind === 'outside') await requireBuilds(client, place.address);
    // Its worker would wait for that of the other machine, in a log that nobody reads.
    if (place.kind === 'outside' && !hasWorker(config, place)) await claimHost(client, config.host.id, AT_ONCE);
    await keepWorkerAlive(place);
    if (place.kind === 'outside') {
      const { workerLog } = temporalPaths(config.dataRoot);
      await requireCurrent(client, ownBuild().id, place, { workerLog });
    }
    return {
      place,
      client,
      keepAlive: async () => {
        await keepWorkerAlive(await placeFor(config));
      },
      follow: async (workflowId) =>
        (await takeUp(config.dataRoot, workflowId)) === undefined && place.kind === 'embedded',
      close: async () => {
        if (worker !== undefined) await endProcess(worker, 8000);
        await client.connection.close();
        leave();
      },
    };
  } catch (error) {
    if (worker !== undefined) await endProcess(worker, 0);
    leave();
    throw error;
  }
}
