import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ChaosError } from '../../../domain/errors.js';
import { pollUntil } from '../../clock.js';
import { namespaceFile } from '../../commands.js';
import { removeNamespaces } from '../../namespaces.js';
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
import { startProxies } from '../toxiproxy/proxies.js';
import { unhealthy } from './health.js';
import { isServerUp } from './monitor.js';
import { planState } from './plan.js';
import { serverConfig } from './server-config.js';
import { findState, loadState, nodeOf, saveState, updateNode, withClusterLock } from './state.js';
import type { NatsNode, NatsState } from './state.js';

const START_LIMIT_MS = 30_000;
const STOP_GRACE_MS = 5_000;
/** Ports are free when they are chosen, and may be taken when they are bound: then all are chosen anew. */
const PORT_TRIES = 3;

const nodeOwner = (dir: string, id: string): string => `${dir}#node-${id}`;

async function launchNode(dir: string, state: NatsState, node: NatsNode): Promise<void> {
  await sweepOwned((owner) => owner === nodeOwner(dir, node.id));
  mkdirSync(node.dataDir, { recursive: true });
  writeFileSync(node.configFile, serverConfig(state, node), { mode: 0o600 });
  const server = requireTool('nats-server');
  const inside = node.namespace === null ? [] : [`--net=${namespaceFile(node.namespace)}`, server];
  const process = await spawnDetached({
    command: node.namespace === null ? server : 'nsenter',
    args: [...inside, '-c', node.configFile],
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
      const answers = await Promise.all(state.nodes.map((node) => isServerUp(node)));
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
        await warmUp({ host: node.host, port: node.proxiedMqttPort }, login).catch((error: unknown) => {
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
  mkdirSync(options.logDir, { recursive: true });
  const state = await planState(dir, options);
  saveState(dir, state);
  if (state.network === 'proxies') saveState(dir, { ...state, proxyProcess: await startProxies(dir, state) });
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
    await removeNamespaces(dir);
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
