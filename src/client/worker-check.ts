import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Config } from '../config/load.js';
import { hostQueue } from '../domain/ids.js';
import { liveUsers } from '../host/temporal/state.js';
import { connectClient, findPlace } from '../temporal/connection.js';

/** A worker asks for work again at least once a minute; later than this and it has lost its server. */
const ASKED_WITHIN_MS = 90_000;
/** An activity queue, as the server counts its kinds of queues. */
const ACTIVITIES = 2;

interface Asker {
  readonly identity: string;
  readonly secondsAgo: number;
}

/** Who asked the server for work on a queue, as the server tells. */
async function askersOf(client: Client, taskQueue: string): Promise<Asker[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the SDK hands out the enum's type, not its values
    taskQueueType: ACTIVITIES,
  });
  return pollers.map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    secondsAgo: Math.round(Date.now() / 1000 - Number(lastAccessTime?.seconds ?? 0)),
  }));
}

export interface WorkerHealth {
  readonly ok: boolean;
  readonly text: string;
}

/** Is a worker of this host alive, and does it ask its server for work? For health checks: starts and changes nothing. */
export async function checkWorker(config: Config): Promise<WorkerHealth> {
  const host = config.host.id;
  const place = findPlace(config.dataRoot);
  if (place === undefined) return { ok: false, text: `no Temporal server is known for ${config.dataRoot}` };
  const pids = liveUsers(config.dataRoot)
    .filter(({ serves }) => serves?.hostId === host && serves.address === place.address)
    .map((user) => user.process.pid);
  if (pids.length === 0) return { ok: false, text: `no worker of host ${host} runs for ${place.address}` };
  const client = await connectClient(place).catch(() => undefined);
  if (client === undefined) return { ok: false, text: `Temporal does not answer at ${place.address}` };
  try {
    const ours = new Set(pids.map((pid) => `${pid}@${hostname()}`));
    const askers = (await askersOf(client, hostQueue(host))).filter(({ identity }) => ours.has(identity));
    const latest = Math.min(...askers.map(({ secondsAgo }) => secondsAgo));
    if (latest * 1000 <= ASKED_WITHIN_MS)
      return { ok: true, text: `host ${host}: ${askers.length} worker(s), asked for work ${latest} s ago` };
    return { ok: false, text: `worker ${pids.join(', ')} of host ${host} does not ask ${place.address} for work` };
  } finally {
    await client.connection.close();
  }
}
