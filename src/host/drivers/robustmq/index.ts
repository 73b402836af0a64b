import { createHash } from 'node:crypto';
import { accessSync, constants, createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ChaosError } from '../../../domain/errors.js';
import { identify, isAlive } from '../../processes.js';
import { findTool } from '../../tools.js';
import type { ClusterDriver, NodeView, StartOptions } from '../contract.js';
import { clientIds } from './admin.js';
import { unhealthy } from './health.js';
import { leaders, placeLeader } from './leaders.js';
import { killNode, start, startNode, stop } from './lifecycle.js';
import { snapshot } from './snapshot.js';
import { robustNetwork } from './network.js';
import { findState, HOST, idOf, loadState, robustProxies, type RobustNode } from './state.js';
import { prepareTopics } from './topics.js';

/** A subscriber that does not acknowledge gets a message again after this (`push_model.rs`). */
const ACK_WAIT_MS = 5000;

const clientEndpoint = (node: RobustNode): string => `${HOST}:${node.ports.proxiedMqtt}`;

const isUp = (node: RobustNode): boolean => node.process !== null && isAlive(node.process);

function binaryProblem(binary: string | undefined): string | undefined {
  const remedy = 'set cluster.binary (broker-server) and cluster.project_root (or ROBUSTMQ_HOME): docs/robustmq.md';
  if (binary === undefined) return `cluster.binary and cluster.project_root: expected both, got less; ${remedy}`;
  try {
    accessSync(binary, constants.X_OK);
    return undefined;
  } catch {
    return `cluster.binary: expected RobustMQ's broker-server at ${binary}, found nothing to execute; ${remedy}`;
  }
}

/** What is missing, each with its remedy. */
function preflight({ binary, network }: Pick<StartOptions, 'network' | 'binary'>): Promise<string[]> {
  const problem = binaryProblem(binary);
  const problems = problem === undefined ? [] : [problem];
  if (findTool('toxiproxy-server') === undefined)
    problems.push('toxiproxy-server: expected in .tools/bin or on PATH, found nowhere; run npm run setup');
  if (network === 'namespaces') problems.push('cluster.network: driver robustmq knows no namespaces; leave it out');
  if (identify(process.pid) === undefined)
    problems.push('/proc: expected the start time of processes there, found none; Linux only');
  return Promise.resolve(problems);
}

/** The broker's own version string stands still; the hash of its program does not. */
async function versions(binary: string): Promise<Record<string, string>> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(binary), hash);
  return { 'broker-server sha256': hash.digest('hex') };
}

async function connections(dir: string): Promise<Record<string, string[]>> {
  const found = await Promise.all(
    loadState(dir).nodes.map(async (node) => [node.id, await clientIds(node).catch((): string[] => [])] as const),
  );
  return Object.fromEntries(found);
}

/** RobustMQ's own broker, one process per node, each with all three roles. */
export const robustmqDriver: ClusterDriver = {
  name: 'robustmq',
  preflight,
  start: async (dir, options) => {
    const { binary } = options;
    if (binary === undefined) throw new ChaosError('PREFLIGHT_FAILED', binaryProblem(binary) ?? '');
    const state = await start(dir, options, binary);
    const endpoints = state.nodes.map(clientEndpoint);
    const dataDirs = state.nodes.map((node) => node.dataDir);
    return { endpoint: endpoints[0] as string, endpoints, dataDirs, versions: await versions(binary) };
  },
  stop,
  status: async (dir) => {
    const state = findState(dir);
    if (state === undefined) return 'stopped';
    return state.nodes.every(isUp) ? 'running' : 'degraded';
  },
  targets: async (cluster) => {
    const nodeCount = typeof cluster === 'string' ? (findState(cluster)?.nodes.length ?? 0) : cluster.nodeCount;
    const nodes = Array.from({ length: nodeCount }, (_, i) => idOf(i + 1));
    return { brokers: ['robustmq-server', 'broker-server', ...nodes], interfaces: ['eth0', 'lo'] };
  },
  nodes: async (dir) => {
    const view = (node: RobustNode): NodeView => ({
      id: node.id,
      process: node.process,
      alive: isUp(node),
      clientEndpoint: clientEndpoint(node),
      brokerPort: node.ports.mqtt,
      brokerHost: HOST,
    });
    return loadState(dir).nodes.map(view);
  },
  clientSettings: async (dir) => {
    const state = loadState(dir);
    const { username, password } = state;
    const endpoints = state.nodes.map(clientEndpoint);
    return { endpoints, username, password, mqttVersion: '5', ackWaitMs: ACK_WAIT_MS };
  },
  leaders,
  placeLeader,
  prepareTopics,
  connections,
  killNode,
  startNode,
  unhealthy,
  snapshot,
  mend: robustProxies.mend,
  network: robustNetwork,
};
