import type { ClusterNetwork, NetworkPath } from '../contract.js';
import { mqttRoundTripMs } from '../mqtt-probe.js';
import { findState, HOST, loadState, robustProxies } from './state.js';

/** The paths whose round trip shows whether the network is slow: every client link. */
function paths(dir: string): readonly NetworkPath[] {
  const { nodes, username, password } = loadState(dir);
  const login = { username, password, mqttVersion: '5' as const };
  return nodes.map(({ id, ports }) => ({
    name: `clients-${id}`,
    kind: 'client',
    nodes: [id],
    measureRoundTripMs: (limitMs) => mqttRoundTripMs({ host: HOST, port: ports.proxiedMqtt }, login, limitMs),
  }));
}

/** On loopback one interface carries all; through the proxies, an interface stands for all client links. */
export function robustNetwork(dir: string): ClusterNetwork | undefined {
  if (findState(dir) === undefined) return undefined;
  return {
    proxies: robustProxies.of(dir),
    interfaces: () => {
      const ports = loadState(dir).nodes.flatMap((node) => [node.ports.mqtt, node.ports.grpc, node.ports.engine]);
      return [{ name: 'lo', node: null, namespace: null, device: 'lo', address: HOST, ports }];
    },
    paths: () => Promise.resolve(paths(dir)),
  };
}
