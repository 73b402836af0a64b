import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChaosError } from '../../../domain/errors.js';
import { pollUntil } from '../../os/clock.js';
import { namespaceFile } from '../../os/commands.js';
import { writeIfOther } from '../../os/files.js';
import { removeNamespaces } from '../../os/namespaces.js';
import { childEnvironment, spawnDetached, sweepOwned } from '../../os/processes.js';
import { requireTool } from '../../os/tools.js';
import { brokerProcesses, isUp, nodeOwner } from '../broker-processes.js';
import { bringDisk, makeDisks } from '../node-disks.js';
import { notUp, spawnBroker } from '../spawn-broker.js';
import type { StartOptions } from '../contract.js';
import { warmUp } from '../mqtt-probe.js';
import { startProxies } from '../toxiproxy/proxies.js';
import { equipmentProblem, unhealthy } from './health.js';
import { isServerUp } from './monitor.js';
import { planState } from './plan.js';
import { serverConfig } from './server-config.js';
import { loadState, natsFile, natsLock, saveState, updateNode, type NatsNode, type NatsState } from './state.js';

const START_LIMIT_MS = 30_000;
const STOP_GRACE_MS = 5_000;

async function launchNode(dir: string, state: NatsState, node: NatsNode): Promise<void> {
  await sweepOwned((owner) => owner === nodeOwner(dir, node.id));
  await bringDisk(node.disk);
  mkdirSync(node.dataDir, { recursive: true });
  mkdirSync(dirname(node.configFile), { recursive: true });
  writeIfOther(node.configFile, serverConfig(state, node), 0o600);
  const server = state.binary ?? requireTool('nats-server');
  const inside = node.namespace === null ? [] : [`--net=${namespaceFile(node.namespace)}`, server];
  // In a namespace it is started by a tool of ours, which may fail itself.
  const process = await (node.namespace === null ? spawnBroker : spawnDetached)({
    command: node.namespace === null ? server : 'nsenter',
    args: [...inside, '-c', node.configFile],
    env: childEnvironment(nodeOwner(dir, node.id), {}),
    cwd: dirname(node.configFile),
    logFile: node.logFile,
  });
  updateNode(dir, node.id, { process });
}

async function awaitUp(dir: string, signal?: AbortSignal): Promise<void> {
  const state = loadState(dir);
  const dead = (): NatsNode | undefined => loadState(dir).nodes.find((node) => !isUp(node));
  const up = await pollUntil(
    async () => {
      if (dead() !== undefined) return 'dead' as const;
      const answers = await Promise.all(state.nodes.map((node) => isServerUp(node)));
      return answers.every(Boolean) ? ('up' as const) : undefined;
    },
    { limitMs: START_LIMIT_MS, everyMs: 50, signal },
  );
  const victim = dead();
  if (up === 'up' && victim === undefined) return;
  const what = victim === undefined ? 'not every broker is up' : `${victim.id} ended; see ${victim.logFile}`;
  const logs = victim === undefined ? [] : [victim.logFile];
  throw notUp(`expected ${state.nodes.length} brokers within ${START_LIMIT_MS} ms: ${what}`, logs);
}

/** The first MQTT client makes the broker create its streams, and may be turned away meanwhile: that client is ours, and asks again. */
async function awaitServing(dir: string, signal?: AbortSignal): Promise<void> {
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
    { limitMs: START_LIMIT_MS, everyMs: 200, signal },
  );
  if (warm === undefined)
    throw new ChaosError('CLUSTER_START_FAILED', `cluster ${state.cluster} does not serve MQTT: ${problem}`);
}

async function startOnce(dir: string, options: StartOptions): Promise<void> {
  mkdirSync(options.logDir, { recursive: true });
  const state = await planState(dir, options);
  saveState(dir, state);
  await makeDisks(
    dir,
    state.nodes.map(({ disk = null }) => disk),
  );
  if (state.network === 'proxies') saveState(dir, { ...state, proxyProcess: await startProxies(dir, state) });
  for (const node of state.nodes) await launchNode(dir, state, node);
  await awaitUp(dir, options.signal);
}

export const natsProcesses = brokerProcesses({
  file: natsFile,
  locked: natsLock,
  stopGraceMs: STOP_GRACE_MS,
  startOnce,
  awaitServing,
  launchNode,
  equipmentProblem,
  removeRest: removeNamespaces,
});
