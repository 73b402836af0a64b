import type { ProcessId } from '../../processes.js';
import type { NetworkMode } from '../contract.js';
import { stateFile, withClusterLock as withLockOf } from '../state-file.js';

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

const file = stateFile<NatsNode, NatsState>();

export const { find: findState, load: loadState, save: saveState, update: updateNode, node: nodeOf } = file;

export const withClusterLock = <T>(dir: string, work: () => Promise<T>): Promise<T> => withLockOf(dir, 60_000, work);
