import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChaosError } from '../../../domain/errors.js';
import { pollUntil } from '../../clock.js';
import {
  childEnvironment,
  endProcess,
  isAlive,
  signalProcess,
  spawnDetached,
  sweepOwned,
  waitGone,
} from '../../processes.js';
import type { StartOptions } from '../contract.js';
import { stateFilePath } from '../state-file.js';
import { startProxies } from '../toxiproxy/proxies.js';
import { writeCertificate } from './certificates.js';
import { nodeProblem, raftProblem } from './health.js';
import { planState } from './plan.js';
import { loggerConfig, serverConfig } from './server-config.js';
import { findState, loadState, nodeOf, saveState, updateNode, withRobustLock } from './state.js';
import type { RobustNode, RobustState } from './state.js';

/** A node needs 5 to 6 s on an idle machine; one that has no quorum never gets ready. */
const NODE_START_LIMIT_MS = 120_000;
/** It ends by itself within 5 to 7 s, and its own watchdog ends it after 20. */
const STOP_GRACE_MS = 25_000;
/** Ports are free when they are chosen, and may be taken when they are bound: then all are chosen anew. */
const PORT_TRIES = 3;

const nodeOwner = (dir: string, id: string): string => `${dir}#node-${id}`;

async function launchNode(dir: string, state: RobustState, node: RobustNode): Promise<void> {
  await sweepOwned((owner) => owner === nodeOwner(dir, node.id));
  for (const folder of [`${node.dataDir}/engine`, dirname(node.logFile)]) mkdirSync(folder, { recursive: true });
  writeFileSync(node.loggerFile, loggerConfig(node));
  writeFileSync(node.configFile, serverConfig(state, node), { mode: 0o600 });
  const process = await spawnDetached({
    command: state.binary,
    args: ['--conf', node.configFile],
    env: childEnvironment(nodeOwner(dir, node.id), {}),
    cwd: dirname(node.configFile),
    logFile: node.outFile,
  });
  updateNode(dir, node.id, { process });
}

/** Waits until the node serves, and it and all that were started before it are one cluster. */
async function awaitJoined(dir: string, id: string): Promise<void> {
  let problem: string | undefined = 'no answer';
  const joined = await pollUntil(
    async () => {
      const state = loadState(dir);
      const node = nodeOf(state, id);
      if (node.process === null || !isAlive(node.process)) return 'ended' as const;
      const started = state.nodes.filter(({ process }) => process !== null);
      problem = (await nodeProblem(state, node, started)) ?? (await raftProblem(started));
      return problem === undefined ? ('joined' as const) : undefined;
    },
    { limitMs: NODE_START_LIMIT_MS, everyMs: 200 },
  );
  if (joined === 'joined') return;
  const { outFile, logFile } = nodeOf(loadState(dir), id);
  const what = joined === 'ended' ? `${id} ended` : `${id} is not in after ${NODE_START_LIMIT_MS} ms: ${problem}`;
  throw new ChaosError('CLUSTER_START_FAILED', `${what}; see ${outFile} and ${logFile}`);
}

async function startOnce(dir: string, options: StartOptions, binary: string): Promise<void> {
  mkdirSync(options.logDir, { recursive: true });
  const state = await planState(options, binary);
  saveState(dir, state);
  await writeCertificate(state);
  saveState(dir, { ...state, proxyProcess: await startProxies(dir, state) });
  // One after another: nodes that start for the first time at once make clusters of their own, or give up.
  for (const node of state.nodes) {
    await launchNode(dir, state, node);
    await awaitJoined(dir, node.id);
  }
}

/** Starts the cluster and returns when every node is in. Rejects with CLUSTER_START_FAILED, and leaves nothing running then. */
export async function start(dir: string, options: StartOptions, binary: string): Promise<RobustState> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await withRobustLock(dir, () => startOnce(dir, options, binary));
      return loadState(dir);
    } catch (error) {
      await stop(dir);
      if (attempt < PORT_TRIES && /address already in use| 5\d\d /i.test(String(error))) continue;
      if (error instanceof ChaosError) throw error;
      throw new ChaosError('CLUSTER_START_FAILED', `cluster ${options.cluster}: ${String(error)}`);
    }
  }
}

/** Ends brokers gracefully, then everything else that was ever started for this cluster; the state file goes last. */
export async function stop(dir: string): Promise<void> {
  await withRobustLock(dir, async () => {
    const processes = (findState(dir)?.nodes ?? []).flatMap((node) => node.process ?? []);
    for (const id of processes) signalProcess(id, 'SIGCONT');
    await Promise.all(processes.map((id) => endProcess(id, STOP_GRACE_MS)));
    await sweepOwned((owner) => owner.startsWith(`${dir}#`) && owner !== `${dir}#keeper`);
    rmSync(stateFilePath(dir), { force: true });
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
  await withRobustLock(dir, async () => {
    const state = loadState(dir);
    const node = nodeOf(state, id);
    if (node.process !== null && isAlive(node.process)) return;
    await launchNode(dir, state, node);
  });
}
