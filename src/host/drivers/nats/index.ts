import { execa } from 'execa';
import { NO_LIMITS } from '../../../domain/guarantees/guarantee.js';
import { namespaceProblems } from '../../os/namespaces.js';
import { programProblem, requireTool } from '../../os/tools.js';
import { fileSha256 } from '../../os/versions.js';
import { brokerTargets, isUp, missingHere, nodeIds } from '../broker-processes.js';
import type { ClusterDriver, ClusterStarted, NodeView, StartOptions } from '../contract.js';
import { equipmentProblem, unhealthy } from './health.js';
import { leaders, placeLeader } from './leaders.js';
import { natsProcesses } from './lifecycle.js';
import { monitor, type Connz } from './monitor.js';
import { interfaceTargets, natsNetwork } from './network.js';
import { ACK_WAIT_MS } from './server-config.js';
import { snapshot } from './snapshot.js';
import { findState, loadState, natsProxies, type NatsNode, type NatsState } from './state.js';

const clientEndpoint = (node: NatsNode): string => `${node.host}:${node.proxiedMqttPort}`;

const endpointsOf = (state: NatsState): string[] => state.nodes.map(clientEndpoint);

function programProblems(binary: string): string[] {
  const problem = programProblem(binary);
  return problem === undefined ? [] : [`nats-server: ${problem}`];
}

function preflight({ network = 'proxies', binary }: Pick<StartOptions, 'network' | 'binary'>): Promise<string[]> {
  const program = binary === undefined ? missingHere(['nats-server']) : programProblems(binary);
  const rest = network === 'proxies' ? missingHere(['toxiproxy-server']) : namespaceProblems();
  return Promise.resolve([...program, ...rest]);
}

async function versions(binary: string): Promise<Record<string, string>> {
  const { stdout } = await execa(binary, ['--version']);
  return { 'nats-server': stdout.replace(/^nats-server: /, ''), 'nats-server sha256': await fileSha256(binary) };
}

async function connections(dir: string): Promise<Record<string, string[]>> {
  const state = loadState(dir);
  const found = await Promise.all(
    state.nodes.map(async (node) => {
      const page = await monitor<Connz>(node, '/connz?auth=1&limit=32768').catch((): Connz => ({}));
      return [node.id, (page.connections ?? []).flatMap((c) => c.mqtt_client ?? [])] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** The embedded cluster: `nats-server` nodes with JetStream and MQTT 3.1.1, behind Toxiproxy. */
export const natsDriver: ClusterDriver = {
  ...natsProcesses,
  name: 'nats',
  mqttVersion: '3.1.1',
  startsWith: ['disks', 'sync'],
  // Three replicas in files: two brokers of three have what was acknowledged. Of fewer nodes nothing is promised.
  limits: ({ nodes }) => ({ ...NO_LIMITS, survivesDeath: nodes >= 3 ? true : null }),
  preflight,
  start: async (dir, options): Promise<ClusterStarted> => {
    const state = await natsProcesses.start(dir, options);
    const endpoints = endpointsOf(state);
    const dataDirs = state.nodes.map((node) => node.dataDir);
    return {
      endpoint: endpoints[0] as string,
      endpoints,
      dataDirs,
      versions: await versions(state.binary ?? requireTool('nats-server')),
    };
  },
  targets: async (cluster) => {
    const state = typeof cluster === 'string' ? findState(cluster) : undefined;
    const nodeCount = typeof cluster === 'string' ? (state?.nodes.length ?? 0) : cluster.nodeCount;
    const network = typeof cluster === 'string' ? state?.network : cluster.network;
    return { brokers: brokerTargets(nodeIds({ nodeCount })), interfaces: interfaceTargets({ nodeCount, network }) };
  },
  nodes: async (dir) => {
    const view = (node: NatsNode): NodeView => ({
      id: node.id,
      process: node.process,
      alive: isUp(node),
      clientEndpoint: clientEndpoint(node),
      brokerPort: node.mqttPort,
      brokerHost: node.host,
      ...(node.disk == null ? {} : { disk: node.disk }),
    });
    return loadState(dir).nodes.map(view);
  },
  clientSettings: async (dir) => {
    const state = loadState(dir);
    return {
      endpoints: endpointsOf(state),
      username: state.username,
      password: state.password,
      ackWaitMs: ACK_WAIT_MS,
    };
  },
  leaders,
  placeLeader,
  connections,
  unhealthy,
  snapshot,
  repairEquipment: natsProxies.repairEquipment,
  equipmentDeaths: natsProxies.deaths,
  equipmentProblem,
  network: natsNetwork,
};
