import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { monotonicUs, pollUntil } from '../../os/clock.js';
import { PortTaken, listensOn, portTakenIn } from '../../os/ports.js';
import {
  childEnvironment,
  endProcess,
  isAlive,
  isStopped,
  spawnDetached,
  sweepOwned,
  type ProcessId,
} from '../../os/processes.js';
import { requireTool } from '../../os/tools.js';
import type { EquipmentDeath, Proxies, ProxyEffect } from '../contract.js';
import type { Locked } from '../state-file.js';
import * as toxiproxy from './api.js';

/** What a driver's state says of its proxies. A cluster without any has no links, and no process. */
export interface ProxyState {
  readonly proxyApiPort: number;
  readonly proxyLogFile: string;
  readonly proxyProcess: ProcessId | null;
  readonly links: readonly toxiproxy.ProxyLink[];
  readonly proxyDeaths?: readonly EquipmentDeath[];
}

/** Where a driver keeps that state. */
type Keeping<S extends ProxyState> = {
  readonly find: (dir: string) => S | undefined;
  readonly load: (dir: string) => S;
  readonly save: (dir: string, state: S) => void;
};

/** One driver's proxies: they carry all that can be delayed or cut of its clusters. */
export interface ProxyServer {
  readonly repairEquipment: (dir: string) => Promise<string | undefined>;
  readonly deaths: (dir: string) => readonly EquipmentDeath[];
  /** Why nothing comes through them; undefined if the server answers and listens for every link, or if there is none. */
  readonly problem: (dir: string) => Promise<string | undefined>;
  readonly of: (dir: string) => Proxies;
}

const DEAD = 'dead';
const STOPPED = 'stopped by a signal';
/** It needs a moment; on a busy machine more. */
const START_LIMIT_MS = 30_000;

const proxyOwner = (dir: string): string => `${dir}#proxy`;

/** Starts the proxy server with all its links, and returns its process. Rejects with PortTaken if one of its ports is, and if it does not answer. */
export async function startProxies(dir: string, state: ProxyState): Promise<ProcessId> {
  const { proxyApiPort: port, proxyLogFile } = state;
  await sweepOwned((owner) => owner === proxyOwner(dir));
  // What the servers before it had to say is no concern of this one.
  const logged = statSync(proxyLogFile, { throwIfNoEntry: false })?.size ?? 0;
  const id = await spawnDetached({
    command: requireTool('toxiproxy-server'),
    args: ['-host', '127.0.0.1', '-port', String(port)],
    env: childEnvironment(proxyOwner(dir), { LOG_LEVEL: 'error' }),
    cwd: dirname(proxyLogFile),
    logFile: proxyLogFile,
  });
  const answered = await pollUntil(
    async () => {
      if (!isAlive(id)) return 'ended' as const;
      // It says so, and stays.
      if (portTakenIn([proxyLogFile], logged)) return 'port taken' as const;
      await toxiproxy.version(port);
      // Who took the port first may be another one's proxy server, which would answer, too.
      return listensOn(id.pid, port) ? ('up' as const) : undefined;
    },
    { limitMs: START_LIMIT_MS, everyMs: 25 },
  );
  if (answered !== 'up') {
    await endProcess(id, 0);
    const message = `expected toxiproxy on 127.0.0.1:${port}, got: ${answered ?? `no answer within ${START_LIMIT_MS} ms`}; see ${proxyLogFile}`;
    throw portTakenIn([proxyLogFile], logged) ? new PortTaken(message) : new Error(message);
  }
  await toxiproxy.createProxies(port, state.links);
  return id;
}

const routesOf = (state: ProxyState, node: string): readonly toxiproxy.ProxyLink[] =>
  state.links.filter((link) => link.kind === 'route' && link.name.split('-').slice(1).includes(node));

const clientLinksOf = (state: ProxyState, nodes: readonly string[]): readonly toxiproxy.ProxyLink[] =>
  state.links.filter((link) => link.kind === 'client' && nodes.some((node) => link.name === `client-${node}`));

function linksOf(state: ProxyState, effect: ProxyEffect): readonly toxiproxy.ProxyLink[] {
  if (effect === 'delay') return state.links;
  return 'cut' in effect ? routesOf(state, effect.cut) : clientLinksOf(state, effect.stall);
}

const notRunning = (process: ProcessId): string | undefined => {
  if (!isAlive(process)) return DEAD;
  return isStopped(process) ? STOPPED : undefined;
};

async function problemOf({ proxyProcess, proxyApiPort, links }: ProxyState): Promise<string | undefined> {
  const why = proxyProcess === null ? 'not started' : notRunning(proxyProcess);
  if (proxyProcess === null || why !== undefined) return `the proxy server ${proxyProcess?.pid ?? ''}: ${why}`;
  const { pid } = proxyProcess;
  const deaf = links.find(({ listenPort }) => !listensOn(pid, listenPort));
  if (deaf !== undefined) return `the proxy server ${pid}: nobody listens for ${deaf.name} on port ${deaf.listenPort}`;
  return toxiproxy.version(proxyApiPort).then(
    () => undefined,
    // It may have been killed or stopped while it was asked.
    (error: unknown) => `the proxy server ${pid}: ${notRunning(proxyProcess) ?? String(error)}`,
  );
}

/** Acts on the proxies of one cluster, whose state is read again each time. */
const proxiesOf = (state: () => ProxyState, clear: () => Promise<void>): Proxies => {
  const blackHole = async (effect: ProxyEffect): Promise<void> => {
    const now = state();
    for (const link of linksOf(now, effect)) await toxiproxy.addBlackHole(now.proxyApiPort, link.name);
  };
  return {
    delay: async (delayMs, jitterMs) => {
      const { proxyApiPort, links } = state();
      for (const link of links) await toxiproxy.addDelay(proxyApiPort, link.name, delayMs, jitterMs);
    },
    cut: (node) => blackHole({ cut: node }),
    stall: (nodes) => blackHole({ stall: nodes }),
    clear,
    active: () => toxiproxy.activeToxics(state().proxyApiPort),
    isWhole: async (effect) => {
      const now = state();
      const active = await toxiproxy.activeToxics(now.proxyApiPort);
      return linksOf(now, effect).every(
        ({ name }) => active.filter((toxic) => toxic.startsWith(`${name}/`)).length === 2,
      );
    },
  };
};

/** The proxies of the clusters of one driver. */
export function proxyServer<S extends ProxyState>({ find, load, save }: Keeping<S>, locked: Locked): ProxyServer {
  /** A fresh server on the same ports in place of `old`, which is dead or hangs; says so. Nothing if somebody else has replaced it meanwhile. */
  const restart = (dir: string, old: ProcessId | null, why: string): Promise<string | undefined> =>
    locked(dir, async () => {
      const state = load(dir);
      if (state.proxyProcess !== null) {
        if (state.proxyProcess.pid !== old?.pid && notRunning(state.proxyProcess) === undefined) return undefined;
        await endProcess(state.proxyProcess, 0);
      }
      const death: EquipmentDeath = {
        us: monotonicUs(),
        what: `the proxy server ${old?.pid ?? '?'}: ${why}; it was started again`,
      };
      const proxyProcess = await startProxies(dir, state);
      save(dir, { ...load(dir), proxyProcess, proxyDeaths: [...(state.proxyDeaths ?? []), death] });
      return death.what;
    });

  const clear = async (dir: string): Promise<void> => {
    const { proxyApiPort, proxyProcess, links } = load(dir);
    try {
      if (proxyProcess === null || !isAlive(proxyProcess)) throw new Error(DEAD);
      await toxiproxy.removeToxics(proxyApiPort);
      const names = (await toxiproxy.listProxies(proxyApiPort)).map((proxy) => proxy.name);
      if (links.some((link) => !names.includes(link.name))) throw new Error('proxies are missing');
    } catch (error) {
      await restart(dir, proxyProcess, error instanceof Error ? error.message : String(error));
    }
  };

  return {
    // Repaired by the first one that looks: a dead proxy server says nothing about the broker. One that is just being started has no process yet.
    repairEquipment: async (dir) => {
      const process = find(dir)?.proxyProcess ?? null;
      const why = process === null ? undefined : notRunning(process);
      return why === undefined ? undefined : restart(dir, process, why);
    },
    problem: async (dir) => {
      const state = find(dir);
      return state === undefined || state.links.length === 0 ? undefined : problemOf(state);
    },
    deaths: (dir) => find(dir)?.proxyDeaths ?? [],
    of: (dir) =>
      proxiesOf(
        () => load(dir),
        () => clear(dir),
      ),
  };
}
