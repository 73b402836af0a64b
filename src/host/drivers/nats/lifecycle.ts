import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ChaosError } from '../../../domain/errors.js';
import { pollUntil } from '../../clock.js';
import { freePorts } from '../../ports.js';
import {
  childEnvironment,
  endProcess,
  isAlive,
  signalProcess,
  spawnDetached,
  sweepOwned,
  waitGone,
} from '../../processes.js';
import { requireTool } from '../../tools.js';
import type { StartOptions } from '../contract.js';
import { warmUp } from '../mqtt-probe.js';
import { unhealthy } from './health.js';
import { isServerUp } from './monitor.js';
import { startProxies } from './proxies.js';
import { serverConfig } from './server-config.js';
import { findState, loadState, nodeOf, saveState, updateNode, withClusterLock } from './state.js';
import type { NatsNode, NatsState, ProxyLink } from './state.js';

const START_LIMIT_MS = 30_000;
const STOP_GRACE_MS = 5_000;
/** Ports are free when they are chosen, and may be taken when they are bound: then all are chosen anew. */
const PORT_TRIES = 3;

const nodeOwner = (dir: string, id: string): string => `${dir}#node-${id}`;

async function plan(options: StartOptions): Promise<NatsState> {
  const ids = Array.from({ length: options.nodeCount }, (_, i) => `n${i + 1}`);
  const pairs = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => [from, to] as const));
  const ports = await freePorts(ids.length * 5 + pairs.length + 1);
  const take = (): number => ports.pop() as number;
  const nodes = ids.map((id): NatsNode => ({
    id,
    mqttPort: take(),
    natsPort: take(),
    httpPort: take(),
    routePort: take(),
    proxiedMqttPort: take(),
    configFile: join(options.logDir, id, 'nats-server.conf'),
    logFile: join(options.logDir, id, 'nats-server.log'),
    dataDir: join(options.logDir, id, 'data'),
    process: null,
  }));
  const portOf = (id: string): number => nodes.find((node) => node.id === id)?.routePort as number;
  const clientLinks = nodes.map((node): ProxyLink => ({
    name: `client-${node.id}`,
    kind: 'client',
    listenPort: node.proxiedMqttPort,
    upstreamPort: node.mqttPort,
  }));
  const routeLinks = pairs.map(([from, to]): ProxyLink => ({
    name: `route-${from}-${to}`,
    kind: 'route',
    listenPort: take(),
    upstreamPort: portOf(to),
  }));
  return {
    driver: 'nats',
    cluster: options.cluster,
    runId: options.runId,
    username: 'chaos',
    password: randomBytes(12).toString('hex'),
    nodes,
    proxyApiPort: take(),
    proxyLogFile: join(options.logDir, 'toxiproxy.log'),
    proxyProcess: null,
    links: [...clientLinks, ...routeLinks],
  };
}

async function launchNode(dir: string, state: NatsState, node: NatsNode): Promise<void> {
  await sweepOwned((owner) => owner === nodeOwner(dir, node.id));
  mkdirSync(node.dataDir, { recursive: true });
  writeFileSync(node.configFile, serverConfig(state, node), { mode: 0o600 });
  const process = await spawnDetached({
    command: requireTool('nats-server'),
    args: ['-c', node.configFile],
    env: childEnvironment(nodeOwner(dir, node.id), {}),
    cwd: dirname(node.configFile),
    logFile: node.logFile,
  });
  updateNode(dir, node.id, { process });
}

async function awaitUp(dir: string): Promise<void> {
  const state = loadState(dir);
  const dead = (): NatsNode | undefined => loadState(dir).nodes.find((n) => n.process === null || !isAlive(n.process));
  const up = await pollUntil(
    async () => {
      if (dead() !== undefined) return 'dead' as const;
      const answers = await Promise.all(state.nodes.map((node) => isServerUp(node.httpPort)));
      return answers.every(Boolean) ? ('up' as const) : undefined;
    },
    { limitMs: START_LIMIT_MS, everyMs: 50 },
  );
  const victim = dead();
  if (up === 'up' && victim === undefined) return;
  const what = victim === undefined ? 'not every broker is up' : `${victim.id} ended; see ${victim.logFile}`;
  throw new ChaosError(
    'CLUSTER_START_FAILED',
    `expected ${state.nodes.length} brokers within ${START_LIMIT_MS} ms: ${what}`,
  );
}

/** The first MQTT client makes the broker create its streams, and may be turned away meanwhile: that client is ours, and asks again. */
async function awaitServing(dir: string): Promise<void> {
  const state = loadState(dir);
  const login = { username: state.username, password: state.password };
  let problem = 'no answer';
  const warm = await pollUntil(
    async () => {
      for (const node of state.nodes) {
        await warmUp(node.proxiedMqttPort, login).catch((error: unknown) => {
          problem = `${node.id}: ${String(error)}`;
          throw error;
        });
      }
      const missing = await unhealthy(dir);
      if (missing === undefined) return true;
      problem = missing;
      return undefined;
    },
    { limitMs: START_LIMIT_MS, everyMs: 200 },
  );
  if (warm === undefined)
    throw new ChaosError('CLUSTER_START_FAILED', `cluster ${state.cluster} does not serve MQTT: ${problem}`);
}

async function startOnce(dir: string, options: StartOptions): Promise<void> {
  const state = await plan(options);
  mkdirSync(options.logDir, { recursive: true });
  saveState(dir, state);
  const proxyProcess = await startProxies(dir, state);
  saveState(dir, { ...state, proxyProcess });
  for (const node of state.nodes) await launchNode(dir, state, node);
  await awaitUp(dir);
}

/** Starts the cluster and returns when every node serves MQTT. Rejects with CLUSTER_START_FAILED, and leaves nothing running then. */
export async function start(dir: string, options: StartOptions): Promise<NatsState> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await withClusterLock(dir, () => startOnce(dir, options));
      await awaitServing(dir);
      return loadState(dir);
    } catch (error) {
      await stop(dir);
      if (attempt < PORT_TRIES && /address already in use| 5\d\d /.test(String(error))) continue;
      if (error instanceof ChaosError) throw error;
      throw new ChaosError('CLUSTER_START_FAILED', `cluster ${options.cluster}: ${String(error)}`);
    }
  }
}

/** Ends brokers gracefully, then everything else that was ever started for this cluster; the state file goes last. */
export async function stop(dir: string): Promise<void> {
  await withClusterLock(dir, async () => {
    const state = findState(dir);
    const processes = (state?.nodes ?? []).flatMap((node) => node.process ?? []);
    for (const id of processes) signalProcess(id, 'SIGCONT');
    await Promise.all(processes.map((id) => endProcess(id, STOP_GRACE_MS)));
    await sweepOwned((owner) => owner.startsWith(`${dir}#`) && owner !== `${dir}#keeper`);
    rmSync(join(dir, 'cluster.json'), { force: true });
  });
}

export async function killNode(dir: string, id: string): Promise<void> {
  const node = nodeOf(loadState(dir), id);
  if (node.process === null || !signalProcess(node.process, 'SIGKILL')) {
    throw new ChaosError('INJECT_FAILED', `expected ${id} to run, found no such process`);
  }
  await waitGone(node.process, 5000);
}

export async function startNode(dir: string, id: string): Promise<void> {
  await withClusterLock(dir, async () => {
    const state = loadState(dir);
    const node = nodeOf(state, id);
    if (node.process !== null && isAlive(node.process)) return;
    await launchNode(dir, state, node);
  });
}
