import { dirname } from 'node:path';
import { pollUntil } from '../../clock.js';
import { childEnvironment, endProcess, isAlive, spawnDetached, sweepOwned, type ProcessId } from '../../processes.js';
import { requireTool } from '../../tools.js';
import type { NetworkPath, ProxiedNetwork } from '../contract.js';
import { mqttRoundTripMs } from '../mqtt-probe.js';
import { routeRoundTripMs } from './nats-api.js';
import { loadState, saveState, withClusterLock, type NatsState } from './state.js';
import * as toxiproxy from './toxiproxy.js';

export const proxyOwner = (dir: string): string => `${dir}#proxy`;

/** Starts the proxy server with all its links, and returns its process. Rejects if it does not answer or a port is taken. */
export async function startProxies(dir: string, state: NatsState): Promise<ProcessId> {
  await sweepOwned((owner) => owner === proxyOwner(dir));
  const id = await spawnDetached({
    command: requireTool('toxiproxy-server'),
    args: ['-host', '127.0.0.1', '-port', String(state.proxyApiPort)],
    env: childEnvironment(proxyOwner(dir), { LOG_LEVEL: 'error' }),
    cwd: dirname(state.proxyLogFile),
    logFile: state.proxyLogFile,
  });
  const up = await pollUntil(() => toxiproxy.version(state.proxyApiPort), { limitMs: 5000, everyMs: 25 });
  if (up === undefined || !isAlive(id)) {
    await endProcess(id, 0);
    throw new Error(
      `toxiproxy did not answer on 127.0.0.1:${state.proxyApiPort} within 5 s; see ${state.proxyLogFile}`,
    );
  }
  await toxiproxy.createProxies(state.proxyApiPort, state.links);
  return id;
}

/** A fresh proxy server on the same ports: the way out when the old one is dead or hangs. Live connections are cut by it. */
async function restartProxies(dir: string): Promise<void> {
  await withClusterLock(dir, async () => {
    const state = loadState(dir);
    if (state.proxyProcess !== null) await endProcess(state.proxyProcess, 0);
    const proxyProcess = await startProxies(dir, state);
    saveState(dir, { ...loadState(dir), proxyProcess });
  });
}

async function clear(dir: string): Promise<void> {
  const { proxyApiPort, proxyProcess, links } = loadState(dir);
  try {
    if (proxyProcess === null || !isAlive(proxyProcess)) throw new Error('the proxy server is dead');
    await toxiproxy.removeToxics(proxyApiPort);
    const names = (await toxiproxy.listProxies(proxyApiPort)).map((proxy) => proxy.name);
    if (links.some((link) => !names.includes(link.name))) throw new Error('proxies are missing');
  } catch {
    await restartProxies(dir);
  }
}

/** The paths whose round trip shows whether the network is slow: every client link, and every pair of nodes. */
function networkPaths(dir: string): readonly NetworkPath[] {
  const state = loadState(dir);
  const login = { username: state.username, password: state.password };
  const clients = state.nodes.map((node): NetworkPath => ({
    name: `clients-${node.id}`,
    kind: 'client',
    measureRoundTripMs: () => mqttRoundTripMs(node.proxiedMqttPort, login),
  }));
  const routes = state.nodes.flatMap((from, i) =>
    state.nodes.slice(i + 1).map((to): NetworkPath => ({
      name: `${from.id}-${to.id}`,
      kind: 'route',
      measureRoundTripMs: () => routeRoundTripMs(from.natsPort, to.natsPort, login),
    })),
  );
  return [...clients, ...routes];
}

/** The embedded cluster's network: all client links and all routes, each through a proxy. */
export const proxiedNetwork = (dir: string): ProxiedNetwork => ({
  delay: async (delayMs, jitterMs) => {
    const { proxyApiPort, links } = loadState(dir);
    for (const link of links) await toxiproxy.addDelay(proxyApiPort, link.name, delayMs, jitterMs);
  },
  clear: () => clear(dir),
  active: () => toxiproxy.activeToxics(loadState(dir).proxyApiPort),
  paths: () => Promise.resolve(networkPaths(dir)),
});
