import type { LoopDisk } from '../../os/loop-disks.js';
import type { ProcessId } from '../../os/processes.js';
import { clusterLock, stateFile } from '../state-file.js';
import { proxyServer, type ProxyState } from '../toxiproxy/proxies.js';

/** One port for each of a node's listeners; QUIC's is UDP, and shares its number with MQTT's TCP one. */
export interface NodePorts {
  readonly grpc: number;
  readonly http: number;
  readonly engine: number;
  readonly mqtt: number;
  /** What clients get: the proxy's in front of `mqtt`. */
  readonly proxiedMqtt: number;
  readonly mqttTls: number;
  readonly websocket: number;
  readonly websockets: number;
  readonly nats: number;
  readonly natsTls: number;
  readonly natsWs: number;
  readonly natsWss: number;
  readonly kafka: number;
  readonly amqp: number;
}

export interface RobustNode {
  /** As everywhere in this program: `n1`, … */
  readonly id: string;
  /** As the broker calls it: 1, … */
  readonly brokerId: number;
  readonly ports: NodePorts;
  readonly configFile: string;
  readonly loggerFile: string;
  /** What its logger writes, one JSON object per line. */
  readonly logFile: string;
  /** Its standard output and error: panics are there and nowhere else. */
  readonly outFile: string;
  readonly dataDir: string;
  readonly process: ProcessId | null;
  readonly disk?: LoopDisk | null;
}

/** A topic made for the load, and the shard that stores it; null where it could not be made. */
export interface LoadTopic {
  readonly topic: string;
  readonly shard: string | null;
}

/** Everything that is needed to find this cluster again: `cluster.json` in its state folder. */
export interface RobustState extends ProxyState {
  readonly driver: 'robustmq';
  readonly cluster: string;
  readonly runId: string;
  readonly claim?: number | undefined;
  readonly binary: string;
  readonly username: string;
  readonly password: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly nodes: readonly RobustNode[];
  /** Topics of the clients that run, or ran last. */
  readonly topics: readonly LoadTopic[];
  /** The node that leads the cluster, as `placeLeader` last found it: what the load's topics are to be led by. */
  readonly leader: string | null;
}

export const robustFile = stateFile<RobustNode, RobustState>();

export const { find: findState, load: loadState, save: saveState, update: updateNode, node: nodeOf } = robustFile;

/** Starting and stopping of all nodes must fit in. */
const LOCK_LIMIT_MS = 600_000;

export const robustLock = clusterLock(LOCK_LIMIT_MS);

/** One before each node's MQTT port. What the nodes say to each other goes past them: a node tells its peers its own ports. */
export const robustProxies = proxyServer(robustFile, robustLock);

export const idOf = (brokerId: number): string => `n${brokerId}`;

export const HOST = '127.0.0.1';
