import { NODE_DEVICE } from '../../os/namespaces.js';
import { nodeIds } from '../broker-processes.js';
import type { ClusterNetwork, NetworkInterface, NetworkPath, StartOptions } from '../contract.js';
import { mqttRoundTripMs } from '../mqtt-probe.js';
import { routeRoundTripMs } from './nats-api.js';
import { findState, loadState, natsProxies, type NatsNode, type NatsState } from './state.js';

/** The paths whose round trip shows whether the network is slow: every client link, and every pair of nodes. */
function networkPaths(dir: string): readonly NetworkPath[] {
  const state = loadState(dir);
  const login = { username: state.username, password: state.password };
  const clients = state.nodes.map((node): NetworkPath => ({
    name: `clients-${node.id}`,
    kind: 'client',
    nodes: [node.id],
    measureRoundTripMs: (limitMs) => mqttRoundTripMs({ host: node.host, port: node.proxiedMqttPort }, login, limitMs),
  }));
  const routes = state.nodes.flatMap((from, i) =>
    state.nodes.slice(i + 1).map((to): NetworkPath => ({
      name: `${from.id}-${to.id}`,
      kind: 'route',
      nodes: [from.id, to.id],
      measureRoundTripMs: (limitMs) => routeRoundTripMs(from, to, login, limitMs),
    })),
  );
  return [...clients, ...routes];
}

const portsOf = (node: NatsNode): readonly number[] => [node.mqttPort, node.routePort];

/** On loopback one interface carries all; in namespaces each node has its own. */
function interfacesOf(state: NatsState): NetworkInterface[] {
  if (state.network === 'proxies') {
    const ports = state.nodes.flatMap(portsOf);
    return [{ name: 'lo', node: null, namespace: null, device: 'lo', address: '127.0.0.1', ports }];
  }
  return state.nodes.map((node) => ({
    name: interfaceName(node.id),
    node: node.id,
    namespace: node.namespace,
    device: NODE_DEVICE,
    address: node.host,
    ports: portsOf(node),
  }));
}

const interfaceName = (node: string): string => `${node}.${NODE_DEVICE}`;

/** What a scenario's target may name: through proxies a name stands for the whole network; in namespaces for all nodes' interfaces, or one's. */
export function interfaceTargets({ nodeCount, network }: Pick<StartOptions, 'nodeCount' | 'network'>): string[] {
  if (network !== 'namespaces') return ['eth0', 'lo'];
  return [NODE_DEVICE, ...nodeIds({ nodeCount }).map(interfaceName)];
}

export function natsNetwork(dir: string): ClusterNetwork | undefined {
  const state = findState(dir);
  if (state === undefined) return undefined;
  return {
    proxies: state.network === 'proxies' ? natsProxies.of(dir) : null,
    interfaces: () => interfacesOf(loadState(dir)),
    paths: () => Promise.resolve(networkPaths(dir)),
  };
}
