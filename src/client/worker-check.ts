import type { Config } from '../config/load.js';
import { buildsText } from '../domain/builds.js';
import { hostQueue } from '../domain/ids.js';
import { liveUsers } from '../host/temporal/state.js';
import { askersOf, ASKED_WITHIN_MS } from '../temporal/askers.js';
import { isOfThisMachine, readIdentity } from '../temporal/identity.js';
import { buildsNow } from '../temporal/builds.js';
import { connectClient, findPlace } from '../temporal/connection.js';

export interface WorkerHealth {
  readonly ok: boolean;
  /** One line, and another about the builds where there is something to say of them. */
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
    const askers = (await askersOf(client, hostQueue(host), 'activities')).filter(({ identity }) => {
      const who = readIdentity(identity);
      return who !== undefined && isOfThisMachine(who) && pids.includes(who.pid);
    });
    const latest = Math.min(...askers.map(({ secondsAgo }) => secondsAgo));
    if (latest * 1000 <= ASKED_WITHIN_MS) {
      const asks = `host ${host}: ${askers.length} worker(s), asked for work ${latest} s ago`;
      const builds = await buildsNow(client).then(buildsText, () => null);
      return { ok: true, text: builds === null ? asks : `${asks}\nbuilds: ${builds}` };
    }
    return { ok: false, text: `worker ${pids.join(', ')} of host ${host} does not ask ${place.address} for work` };
  } finally {
    await client.connection.close();
  }
}
