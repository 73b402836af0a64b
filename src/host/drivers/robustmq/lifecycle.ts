import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pollUntil } from '../../os/clock.js';
import { writeIfOther } from '../../os/files.js';
import { childEnvironment, sweepOwned } from '../../os/processes.js';
import { brokerProcesses, isUp, nodeOwner } from '../broker-processes.js';
import { bringDisk, makeDisks } from '../node-disks.js';
import { notUp, spawnBroker } from '../spawn-broker.js';
import { startProxies } from '../toxiproxy/proxies.js';
import { writeCertificate } from './certificates.js';
import { equipmentProblem, nodeProblem, raftProblem } from './health.js';
import { planState, type RobustStart } from './plan.js';
import { loggerConfig, serverConfig } from './server-config.js';
import {
  loadState,
  nodeOf,
  robustFile,
  robustLock,
  saveState,
  updateNode,
  type RobustNode,
  type RobustState,
} from './state.js';

/** A node needs 5 to 6 s on an idle machine; one that has no quorum never gets ready. */
const NODE_START_LIMIT_MS = 120_000;
/** It ends by itself within 5 to 7 s, and its own watchdog ends it after 20. */
const STOP_GRACE_MS = 25_000;

async function launchNode(dir: string, state: RobustState, node: RobustNode): Promise<void> {
  await sweepOwned((owner) => owner === nodeOwner(dir, node.id));
  await bringDisk(node.disk);
  for (const folder of [`${node.dataDir}/engine`, dirname(node.logFile)]) mkdirSync(folder, { recursive: true });
  writeIfOther(node.loggerFile, loggerConfig(node), 0o644);
  writeIfOther(node.configFile, serverConfig(state, node), 0o600);
  const process = await spawnBroker({
    command: state.binary,
    args: ['--conf', node.configFile],
    env: childEnvironment(nodeOwner(dir, node.id), {}),
    cwd: dirname(node.configFile),
    logFile: node.outFile,
  });
  updateNode(dir, node.id, { process });
}

/** Waits until the node serves, and it and all that were started before it are one cluster. */
async function awaitJoined(dir: string, id: string, signal?: AbortSignal): Promise<void> {
  let problem: string | undefined = 'no answer';
  const joined = await pollUntil(
    async () => {
      const state = loadState(dir);
      const node = nodeOf(state, id);
      if (!isUp(node)) return 'ended' as const;
      const started = state.nodes.filter(({ process }) => process !== null);
      problem = (await nodeProblem(state, node, started)) ?? (await raftProblem(started));
      return problem === undefined ? ('joined' as const) : undefined;
    },
    { limitMs: NODE_START_LIMIT_MS, everyMs: 200, signal },
  );
  if (joined === 'joined') return;
  const { outFile, logFile } = nodeOf(loadState(dir), id);
  const what =
    joined === 'ended' ? `${id} ended` : `${id} did not join the cluster within ${NODE_START_LIMIT_MS} ms: ${problem}`;
  throw notUp(`${what}; see ${outFile} and ${logFile}`, [outFile, logFile]);
}

async function startOnce(dir: string, options: RobustStart): Promise<void> {
  mkdirSync(options.logDir, { recursive: true });
  const state = await planState(dir, options);
  saveState(dir, state);
  await makeDisks(
    dir,
    state.nodes.map(({ disk = null }) => disk),
  );
  await writeCertificate(state);
  saveState(dir, { ...state, proxyProcess: await startProxies(dir, state) });
  // One after another: nodes that start for the first time at once make clusters of their own, or give up.
  for (const node of state.nodes) {
    await launchNode(dir, state, node);
    await awaitJoined(dir, node.id, options.signal);
  }
}

export const robustProcesses = brokerProcesses({
  file: robustFile,
  locked: robustLock,
  stopGraceMs: STOP_GRACE_MS,
  startOnce,
  launchNode,
  equipmentProblem,
});
