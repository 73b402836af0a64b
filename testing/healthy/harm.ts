import { loadState } from '../../src/host/drivers/mosquitto/state.js';
import type { FaultCluster } from '../../src/host/drivers/contract.js';
import { pollUntil, sleepMs } from '../../src/host/os/clock.js';
import { fetchHere } from '../../src/host/os/http.js';
import { isAlive, signalProcess } from '../../src/host/os/processes.js';

/** What is done to one node. `cut`: every connection of Mosquitto's clients is closed, and the next one let through. */
export type Harm = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'step-down' | 'cut';

const HEALTHY_LIMIT_MS = 60_000;
const GONE_LIMIT_MS = 60_000;

/** Does it to one node, holds it for a while, and puts it right again. */
export async function harm({ dir, driver }: FaultCluster, what: Harm, victim: string, holdMs: number): Promise<void> {
  const nodes = await driver.nodes(dir);
  if (what === 'cut') return cutConnections(dir);
  if (what === 'step-down') {
    await driver.placeLeader(dir, nodes.find(({ id }) => id !== victim)?.id ?? victim);
    return;
  }
  const { process: broker } = nodes.find(({ id }) => id === victim) ?? { process: null };
  if (broker === null || !signalProcess(broker, what))
    throw new Error(`${victim}: expected a running broker for ${what}`);
  await sleepMs(holdMs);
  if (what === 'SIGSTOP') {
    signalProcess(broker, 'SIGCONT');
    return;
  }
  // One that takes its time to end is no reason to start nothing.
  const gone = await pollUntil(async () => !isAlive(broker) || undefined, { limitMs: GONE_LIMIT_MS, everyMs: 50 });
  if (gone === undefined) throw new Error(`${victim}: expected it gone ${GONE_LIMIT_MS / 1000} s after ${what}`);
  await driver.startNode(dir, victim);
}

/** A proxy that is switched off closes what goes through it. */
async function cutConnections(dir: string): Promise<void> {
  const { proxyApiPort, links } = loadState(dir);
  for (const enabled of [false, true]) {
    for (const { name } of links) {
      const request = { method: 'POST', body: JSON.stringify({ enabled }) };
      const { ok, status } = await fetchHere(`http://127.0.0.1:${proxyApiPort}/proxies/${name}`, request);
      if (!ok) throw new Error(`${name}: expected a proxy that can be switched, got status ${status}`);
    }
  }
}

/** Waits until every node is in, and rejects if that takes too long. */
export async function healthy({ dir, driver }: FaultCluster): Promise<void> {
  const well = await pollUntil(async () => ((await driver.unhealthy(dir)) === undefined ? true : undefined), {
    limitMs: HEALTHY_LIMIT_MS,
    everyMs: 200,
  });
  if (well === undefined)
    throw new Error(
      `cluster: expected it healthy within ${HEALTHY_LIMIT_MS / 1000} s, got ${await driver.unhealthy(dir)}`,
    );
}
