import type { ProcessId } from '../../os/processes.js';
import type { LoopDisk } from '../../os/loop-disks.js';
import type { NetworkMode } from '../contract.js';
import { clusterLock, stateFile } from '../state-file.js';
import { proxyServer, type ProxyState } from '../toxiproxy/proxies.js';

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
  readonly disk?: LoopDisk | null;
}

/** Everything that is needed to find this cluster again. Where `network` is `namespaces` there are neither proxies nor links. */
export interface NatsState extends ProxyState {
  readonly driver: 'nats';
  readonly cluster: string;
  readonly runId: string;
  readonly claim?: number | undefined;
  /** Absent: the `nats-server` that set-up brought. */
  readonly binary?: string | undefined;
  /** Its program does not know the setting `js_api_timeout`, and refuses a config that has it. */
  readonly withoutApiTimeout?: boolean;
  /** Nor `default_max_consumers`. */
  readonly withoutMaxConsumers?: boolean;
  /** Each write is synced before it counts; absent: as the broker does it by itself. */
  readonly syncs?: 'always' | undefined;
  readonly username: string;
  readonly password: string;
  readonly nodes: readonly NatsNode[];
  readonly network: NetworkMode;
}

export const natsFile = stateFile<NatsNode, NatsState>();

export const { find: findState, load: loadState, save: saveState, update: updateNode, node: nodeOf } = natsFile;

export const natsLock = clusterLock(60_000);

/** One before each node's MQTT port, one for each direction in which two nodes dial. */
export const natsProxies = proxyServer(natsFile, natsLock);
