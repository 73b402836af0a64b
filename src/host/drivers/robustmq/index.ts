import { ChaosError } from '../../../domain/errors.js';
import { isExecutable } from '../../os/tools.js';
import { fileSha256 } from '../../os/versions.js';
import { brokerTargets, isUp, missingHere, nodeIds } from '../broker-processes.js';
import type { ClusterDriver, NodeView, StartOptions } from '../contract.js';
import { clientIds } from './admin.js';
import { equipmentProblem, unhealthy } from './health.js';
import { leaders, placeLeader } from './leaders.js';
import { robustProcesses } from './lifecycle.js';
import { RECEIVE_MAX } from './server-config.js';
import { snapshot } from './snapshot.js';
import { robustNetwork } from './network.js';
import { findState, HOST, loadState, robustProxies, type RobustNode } from './state.js';
import { prepareTopics } from './topics.js';

/** A subscriber that does not acknowledge gets a message again after this (`push_model.rs`). */
const ACK_WAIT_MS = 5000;

const clientEndpoint = (node: RobustNode): string => `${HOST}:${node.ports.proxiedMqtt}`;

function binaryProblem(binary: string | undefined): string | undefined {
  const remedy = 'set cluster.binary (broker-server) and cluster.project_root (or ROBUSTMQ_HOME): docs/robustmq.md';
  if (binary === undefined)
    return `cluster.binary and cluster.project_root: expected both, got only one or none; ${remedy}`;
  return isExecutable(binary)
    ? undefined
    : `cluster.binary: expected RobustMQ's broker-server at ${binary}, found nothing to execute; ${remedy}`;
}

/** What is missing, each with its remedy. */
function preflight({ binary, network }: Pick<StartOptions, 'network' | 'binary'>): Promise<string[]> {
  const problem = binaryProblem(binary);
  const problems = [...(problem === undefined ? [] : [problem]), ...missingHere(['toxiproxy-server'])];
  if (network === 'namespaces')
    problems.push('cluster.network: driver robustmq does not support namespaces; remove the setting');
  return Promise.resolve(problems);
}

async function connections(dir: string): Promise<Record<string, string[]>> {
  const found = await Promise.all(
    loadState(dir).nodes.map(async (node) => [node.id, await clientIds(node).catch((): string[] => [])] as const),
  );
  return Object.fromEntries(found);
}

/** RobustMQ's own broker, one process per node, each with all three roles. */
export const robustmqDriver: ClusterDriver = {
  ...robustProcesses,
  name: 'robustmq',
  mqttVersion: '5',
  startsWith: ['disks'],
  preflight,
  start: async (dir, options) => {
    const { binary } = options;
    if (binary === undefined) throw new ChaosError('PREFLIGHT_FAILED', binaryProblem(binary) ?? '');
    const state = await robustProcesses.start(dir, { ...options, binary });
    const endpoints = state.nodes.map(clientEndpoint);
    const dataDirs = state.nodes.map((node) => node.dataDir);
    // The broker's own version string stands still; the hash of its program does not.
    const versions = { 'broker-server sha256': await fileSha256(binary), receive_max: String(RECEIVE_MAX) };
    return { endpoint: endpoints[0] as string, endpoints, dataDirs, versions };
  },
  targets: async (cluster) => {
    const nodeCount = typeof cluster === 'string' ? (findState(cluster)?.nodes.length ?? 0) : cluster.nodeCount;
    return { brokers: brokerTargets(nodeIds({ nodeCount })), interfaces: ['eth0', 'lo'] };
  },
  nodes: async (dir) => {
    const view = (node: RobustNode): NodeView => ({
      id: node.id,
      process: node.process,
      alive: isUp(node),
      clientEndpoint: clientEndpoint(node),
      brokerPort: node.ports.mqtt,
      brokerHost: HOST,
      ...(node.disk == null ? {} : { disk: node.disk }),
    });
    return loadState(dir).nodes.map(view);
  },
  clientSettings: async (dir) => {
    const state = loadState(dir);
    const { username, password } = state;
    const endpoints = state.nodes.map(clientEndpoint);
    return { endpoints, username, password, ackWaitMs: ACK_WAIT_MS };
  },
  leaders,
  placeLeader,
  prepareTopics,
  connections,
  unhealthy,
  snapshot,
  repairEquipment: robustProxies.repairEquipment,
  equipmentDeaths: robustProxies.deaths,
  equipmentProblem,
  network: robustNetwork,
};
