import { dirname } from 'node:path';
import { pollUntil } from '../../clock.js';
import { childEnvironment, endProcess, isAlive, spawnDetached, sweepOwned, type ProcessId } from '../../processes.js';
import { requireTool } from '../../tools.js';
import type { Proxies } from '../contract.js';
import { findState, loadState, saveState, withClusterLock, type NatsState, type ProxyLink } from './state.js';
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

/**
 * A fresh proxy server on the same ports in place of `old`, which is dead or hangs. Live connections are cut by it. Nothing if somebody else has
 * replaced it meanwhile.
 */
async function restartProxies(dir: string, old: ProcessId | null): Promise<void> {
  await withClusterLock(dir, async () => {
    const state = loadState(dir);
    if (state.proxyProcess !== null) {
      if (state.proxyProcess.pid !== old?.pid && isAlive(state.proxyProcess)) return;
      await endProcess(state.proxyProcess, 0);
    }
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
    await restartProxies(dir, proxyProcess);
  }
}

/** Mended by whoever looks first: a dead proxy server says nothing about the broker. */
export async function mendProxies(dir: string): Promise<string | undefined> {
  const state = findState(dir);
  // One that is just being started has no process yet.
  if (state?.network !== 'proxies' || state.proxyProcess === null || isAlive(state.proxyProcess)) return undefined;
  await restartProxies(dir, state.proxyProcess);
  return `the proxy server ${state.proxyProcess.pid} was dead; it was started again`;
}

const routesOf = (state: NatsState, node: string): readonly ProxyLink[] =>
  state.links.filter((link) => link.kind === 'route' && link.name.split('-').slice(1).includes(node));

/** The embedded cluster's proxies: one before each node's MQTT port, one for each direction in which two nodes dial. */
export const natsProxies = (dir: string): Proxies => ({
  delay: async (delayMs, jitterMs) => {
    const { proxyApiPort, links } = loadState(dir);
    for (const link of links) await toxiproxy.addDelay(proxyApiPort, link.name, delayMs, jitterMs);
  },
  cut: async (node) => {
    const state = loadState(dir);
    for (const link of routesOf(state, node)) await toxiproxy.addBlackHole(state.proxyApiPort, link.name);
  },
  clear: () => clear(dir),
  active: () => toxiproxy.activeToxics(loadState(dir).proxyApiPort),
  isWhole: async (effect) => {
    const state = loadState(dir);
    const links = effect === 'delay' ? state.links : routesOf(state, effect.cut);
    const active = await toxiproxy.activeToxics(state.proxyApiPort);
    return links.every(({ name }) => active.filter((toxic) => toxic.startsWith(`${name}/`)).length === 2);
  },
});
