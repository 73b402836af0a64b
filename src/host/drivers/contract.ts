import type { SnapshotSummary } from '../../domain/report-data.js';
import type { ProcessId } from '../processes.js';

/** One broker of the cluster under test. */
export interface NodeView {
  readonly id: string;
  readonly process: ProcessId | null;
  readonly alive: boolean;
  /** host:port that clients use (through the proxy, where there is one). */
  readonly clientEndpoint: string;
  /** The broker's own MQTT port, behind any proxy: the one whose closing proves that the broker is gone. */
  readonly brokerPort: number;
}

/** Who leads a raft group, as one node sees it. `term` is null where the broker does not tell. */
export interface GroupLeader {
  readonly group: string;
  readonly leader: string | null;
  readonly term: number | null;
}

/** The cluster's own leader, and the groups the load depends on (streams, topics, their consumers). */
export interface Leaders {
  readonly cluster: GroupLeader;
  readonly load: readonly GroupLeader[];
}

export interface StartOptions {
  readonly cluster: string;
  readonly runId: string;
  /** Configs, logs and data of every broker go here, and stay. */
  readonly logDir: string;
  readonly nodeCount: number;
}

export interface ClusterStarted {
  readonly endpoint: string;
  readonly endpoints: readonly string[];
  readonly dataDirs: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

/** How the clients have to talk to this broker. */
export interface ClientSettings {
  readonly endpoints: readonly string[];
  readonly username: string;
  readonly password: string;
  readonly mqttVersion: '3.1.1' | '5';
  readonly ackWaitMs: number;
}

/** A proxy that network faults act on: `links` between clients and a node, `routes` between two nodes. */
export interface NetworkPath {
  readonly name: string;
  readonly kind: 'client' | 'route';
  /** Measures one round trip along the path, in ms. */
  readonly measureRoundTripMs: () => Promise<number>;
}

/** The network of a cluster whose traffic passes through proxies of ours. */
export interface ProxiedNetwork {
  /** Delays every proxied connection, each direction, by delay ± jitter ms. May be called twice. */
  delay(delayMs: number, jitterMs: number): Promise<void>;
  /** Takes every delay out again; succeeds if there is none, and mends the proxies if they are dead. */
  clear(): Promise<void>;
  /** Names of the toxics that are in force now. */
  active(): Promise<readonly string[]>;
  paths(): Promise<readonly NetworkPath[]>;
}

export interface SnapshotOptions {
  readonly label: string;
  readonly runDir: string;
  /** Substrings of log lines that must never appear. */
  readonly neverLines: readonly string[];
}

/**
 * What starts, stops and looks at one kind of broker cluster. `dir` is the cluster's state folder: every call reads the state anew, so that
 * a worker that was killed and came back, the keeper and the command line all see the same cluster.
 */
export interface ClusterDriver {
  readonly name: string;
  /** Problems that make a start pointless, each with its remedy; empty if there are none. */
  preflight(): Promise<readonly string[]>;
  start(dir: string, options: StartOptions): Promise<ClusterStarted>;
  /** Ends every process of the cluster, proxies and left-over clients included. Succeeds if nothing runs. */
  stop(dir: string): Promise<void>;
  status(dir: string): Promise<'stopped' | 'running' | 'degraded'>;
  /** What a scenario's `target` may name here. */
  targets(dir: string | null): Promise<{ readonly brokers: readonly string[]; readonly interfaces: readonly string[] }>;
  nodes(dir: string): Promise<readonly NodeView[]>;
  clientSettings(dir: string): Promise<ClientSettings>;
  /** As seen by `from`, or by any live node. Rejects if nobody answers. */
  leaders(dir: string, from?: string): Promise<Leaders>;
  /** Moves the cluster's leadership and that of everything the load depends on to one node. */
  placeLeader(dir: string, node: string): Promise<void>;
  /** MQTT client ids by the node to which they are really connected. */
  connections(dir: string): Promise<Readonly<Record<string, readonly string[]>>>;
  /** SIGKILL to one broker, by pid and start time. */
  killNode(dir: string, node: string): Promise<void>;
  /** Starts a broker again that is not running; nothing if it is. */
  startNode(dir: string, node: string): Promise<void>;
  /** Undefined when every node is in and nothing lags; else what is still missing. */
  unhealthy(dir: string): Promise<string | undefined>;
  snapshot(dir: string, options: SnapshotOptions): Promise<SnapshotSummary>;
  /** The cluster's network, where it passes through proxies of ours; undefined if it does not. */
  network(dir: string): ProxiedNetwork | undefined;
}
