import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { namespaceProblems } from '../../namespaces.js';
import { identify, isAlive } from '../../processes.js';
import { findTool, requireTool } from '../../tools.js';
import type { ClusterDriver, ClusterStarted, NodeView, StartOptions } from '../contract.js';
import { unhealthy } from './health.js';
import { leaders, placeLeader } from './leaders.js';
import { killNode, start, startNode, stop } from './lifecycle.js';
import { monitor, type Connz } from './monitor.js';
import { interfaceTargets, natsNetwork } from './network.js';
import { ACK_WAIT_MS } from './server-config.js';
import { snapshot } from './snapshot.js';
import { findState, loadState, natsProxies, type NatsNode, type NatsState } from './state.js';

const clientEndpoint = (node: NatsNode): string => `${node.host}:${node.proxiedMqttPort}`;

const endpointsOf = (state: NatsState): string[] => state.nodes.map(clientEndpoint);

const isUp = (node: NatsNode): boolean => node.process !== null && isAlive(node.process);

/** Tools that are not there, each with its remedy; also proves that processes can be told apart here (/proc). */
function preflight({ network = 'proxies' }: Pick<StartOptions, 'network'>): Promise<string[]> {
  const needed = network === 'proxies' ? (['nats-server', 'toxiproxy-server'] as const) : (['nats-server'] as const);
  const tools = needed.filter((tool) => findTool(tool) === undefined);
  const problems = tools.map((tool) => `${tool}: expected in .tools/bin or on PATH, found nowhere; run npm run setup`);
  if (identify(process.pid) === undefined)
    problems.push('/proc: expected the start time of processes there, found none; Linux only');
  return Promise.resolve(network === 'namespaces' ? [...problems, ...namespaceProblems()] : problems);
}

async function versions(): Promise<Record<string, string>> {
  const binary = requireTool('nats-server');
  const { stdout } = await execa(binary, ['--version']);
  const sha256 = createHash('sha256').update(readFileSync(binary)).digest('hex');
  return { 'nats-server': stdout.replace(/^nats-server: /, ''), 'nats-server sha256': sha256 };
}

async function connections(dir: string): Promise<Record<string, string[]>> {
  const state = loadState(dir);
  const found = await Promise.all(
    state.nodes.map(async (node) => {
      const page = await monitor<Connz>(node, '/connz?auth=1&limit=1024').catch((): Connz => ({}));
      return [node.id, (page.connections ?? []).flatMap((c) => c.mqtt_client ?? [])] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** The embedded cluster: `nats-server` nodes with JetStream and MQTT 3.1.1, behind Toxiproxy. */
export const natsDriver: ClusterDriver = {
  name: 'nats',
  preflight,
  start: async (dir, options): Promise<ClusterStarted> => {
    const state = await start(dir, options);
    const endpoints = endpointsOf(state);
    const dataDirs = state.nodes.map((node) => node.dataDir);
    return { endpoint: endpoints[0] as string, endpoints, dataDirs, versions: await versions() };
  },
  stop,
  status: async (dir) => {
    const state = findState(dir);
    if (state === undefined) return 'stopped';
    return state.nodes.every(isUp) ? 'running' : 'degraded';
  },
  targets: async (cluster) => {
    const state = typeof cluster === 'string' ? findState(cluster) : undefined;
    const nodeCount = typeof cluster === 'string' ? (state?.nodes.length ?? 0) : cluster.nodeCount;
    const network = typeof cluster === 'string' ? state?.network : cluster.network;
    const nodes = Array.from({ length: nodeCount }, (_, i) => `n${i + 1}`);
    return {
      brokers: ['robustmq-server', 'broker-server', ...nodes],
      interfaces: interfaceTargets({ nodeCount, network }),
    };
  },
  nodes: async (dir) => {
    const view = (node: NatsNode): NodeView => ({
      id: node.id,
      process: node.process,
      alive: isUp(node),
      clientEndpoint: clientEndpoint(node),
      brokerPort: node.mqttPort,
      brokerHost: node.host,
    });
    return loadState(dir).nodes.map(view);
  },
  clientSettings: async (dir) => {
    const state = loadState(dir);
    return {
      endpoints: endpointsOf(state),
      username: state.username,
      password: state.password,
      mqttVersion: '3.1.1',
      ackWaitMs: ACK_WAIT_MS,
    };
  },
  leaders,
  placeLeader,
  connections,
  killNode,
  startNode,
  unhealthy,
  snapshot,
  mend: natsProxies.mend,
  network: natsNetwork,
};
