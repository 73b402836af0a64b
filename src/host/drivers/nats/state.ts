import { join } from 'node:path';
import { ChaosError } from '../../../domain/errors.js';
import { readJson, writeJson } from '../../files.js';
import { withLock } from '../../lock.js';
import type { ProcessId } from '../../processes.js';
import type { NetworkMode } from '../contract.js';

export interface NatsNode {
  readonly id: string;
  /** Address of all its ports. */
  readonly host: string;
  /** Null: it runs in the host's own network. */
  readonly namespace: string | null;
  /** The broker's own ports. */
  readonly mqttPort: number;
  readonly natsPort: number;
  readonly httpPort: number;
  readonly routePort: number;
  /** What clients get: the proxy's port in front of `mqttPort`, or `mqttPort` itself where there are no proxies. */
  readonly proxiedMqttPort: number;
  readonly configFile: string;
  readonly logFile: string;
  readonly dataDir: string;
  readonly process: ProcessId | null;
}

/** One Toxiproxy proxy. `client-n1`: clients to n1; `route-n1-n2`: the route that n1 dials to n2. */
export interface ProxyLink {
  readonly name: string;
  readonly kind: 'client' | 'route';
  readonly listenPort: number;
  readonly upstreamPort: number;
}

/** Everything that is needed to find this cluster again: `cluster.json` in its state folder. */
export interface NatsState {
  readonly driver: 'nats';
  readonly cluster: string;
  readonly runId: string;
  readonly username: string;
  readonly password: string;
  readonly nodes: readonly NatsNode[];
  readonly network: NetworkMode;
  /** Where `network` is `namespaces` there are neither proxies nor links. */
  readonly proxyApiPort: number;
  readonly proxyLogFile: string;
  readonly proxyProcess: ProcessId | null;
  readonly links: readonly ProxyLink[];
}

const stateFile = (dir: string): string => join(dir, 'cluster.json');

export const findState = (dir: string): NatsState | undefined => readJson<NatsState>(stateFile(dir));

export function loadState(dir: string): NatsState {
  const state = findState(dir);
  if (state === undefined) throw new ChaosError('CLUSTER_GONE', `${dir}: expected a started cluster, found none`);
  return state;
}

export const saveState = (dir: string, state: NatsState): void => writeJson(stateFile(dir), state);

/** Starting, stopping and restarting of processes happen one at a time, whoever asks: worker, keeper, command line. */
export const withClusterLock = <T>(dir: string, work: () => Promise<T>): Promise<T> =>
  withLock(join(dir, 'operation.lock'), 60_000, work);

export function updateNode(dir: string, id: string, change: Partial<NatsNode>): void {
  const state = loadState(dir);
  saveState(dir, { ...state, nodes: state.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) });
}

export function nodeOf(state: NatsState, id: string): NatsNode {
  const node = state.nodes.find((n) => n.id === id);
  if (node !== undefined) return node;
  const known = state.nodes.map((n) => n.id).join(', ');
  throw new ChaosError('INJECT_FAILED', `cluster ${state.cluster} has no broker ${id}; it has ${known}`);
}
