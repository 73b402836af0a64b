import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pollUntil } from '../../os/clock.js';
import { writeIfOther } from '../../os/files.js';
import { isOwnError } from '../../os/own-errors.js';
import { childEnvironment, sweepOwned } from '../../os/processes.js';
import { brokerProcesses, isUp, nodeOwner } from '../broker-processes.js';
import * as equipment from '../equipment.js';
import { mqttRoundTripMs, warmUp, type Login } from '../mqtt-probe.js';
import { notUp, spawnBroker } from '../spawn-broker.js';
import { startProxies } from '../toxiproxy/proxies.js';
import { planState, type MosquittoStart } from './plan.js';
import { serverConfig } from './server-config.js';
import * as store from './state.js';
import { HOST, loadState, type MosquittoNode, type MosquittoState } from './state.js';

const START_LIMIT_MS = 30_000;
/** It saves its database before it ends. */
const STOP_GRACE_MS = 10_000;

export const loginOf = ({ username, password }: MosquittoState): Login => ({ username, password, mqttVersion: '5' });

async function launchNode(dir: string, state: MosquittoState, node: MosquittoNode): Promise<void> {
  await sweepOwned((owner) => owner === nodeOwner(dir, node.id));
  mkdirSync(node.dataDir, { recursive: true });
  writeIfOther(node.passwordFile, state.passwordLine, 0o600);
  writeIfOther(node.configFile, serverConfig(node), 0o600);
  const process = await spawnBroker({
    command: state.binary,
    args: ['-c', node.configFile],
    env: childEnvironment(nodeOwner(dir, node.id), {}),
    cwd: dirname(node.configFile),
    logFile: node.logFile,
  });
  store.updateNode(dir, node.id, { process });
}

/** Undefined where the broker runs and serves MQTT; else what is missing. Rejects where this host cannot ask. */
export async function unhealthy(dir: string): Promise<string | undefined> {
  const state = loadState(dir);
  for (const node of state.nodes) {
    if (!isUp(node)) return `${node.id} is not running`;
    const problem = await mqttRoundTripMs({ host: HOST, port: node.mqttPort }, loginOf(state)).then(
      () => undefined,
      (error: unknown) => {
        if (isOwnError(error)) throw error;
        return `${node.id} does not serve MQTT: ${String(error)}`;
      },
    );
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** By its own port, and by the clients'. */
async function awaitServing(dir: string, signal?: AbortSignal): Promise<void> {
  let problem = 'no answer';
  const up = await pollUntil(
    async () => {
      const state = loadState(dir);
      if (!state.nodes.every(isUp)) return 'ended' as const;
      problem = (await unhealthy(dir)) ?? 'no answer through the proxy';
      for (const { proxiedMqttPort: port } of state.nodes) await warmUp({ host: HOST, port }, loginOf(state));
      return 'up' as const;
    },
    { limitMs: START_LIMIT_MS, everyMs: 50, signal },
  );
  if (up === 'up') return;
  const logs = loadState(dir).nodes.map(({ logFile }) => logFile);
  const what = up === 'ended' ? 'it ended' : `within ${START_LIMIT_MS} ms: ${problem}`;
  throw notUp(`mosquitto does not serve MQTT, ${what}; see ${logs.join(', ')}`, logs);
}

async function startOnce(dir: string, options: MosquittoStart): Promise<void> {
  mkdirSync(options.logDir, { recursive: true });
  const state = planState(options);
  store.saveState(dir, state);
  store.saveState(dir, { ...state, proxyProcess: await startProxies(dir, state) });
  for (const node of state.nodes) await launchNode(dir, state, node);
}

export const equipmentProblem = (dir: string): Promise<string | undefined> =>
  equipment.equipmentProblem(
    dir,
    loadState(dir).nodes.map((node) => ({ node, ports: [node.mqttPort], address: HOST, logFiles: [node.logFile] })),
    store.mosquittoProxies.problem,
  );

export const mosquittoProcesses = brokerProcesses({
  file: store.mosquittoFile,
  locked: store.mosquittoLock,
  stopGraceMs: STOP_GRACE_MS,
  startOnce,
  awaitServing,
  launchNode,
  equipmentProblem,
});
