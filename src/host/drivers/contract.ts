import type { BrokerLimits } from '../../domain/guarantees/guarantee.js';
import type { MqttVersion } from '../../domain/mqtt.js';
import type { StartedWith } from '../../domain/started-with.js';
import type { AlsoOn } from '../../domain/together.js';
import type { SnapshotSummary } from '../../domain/report-data.js';
import type { ProcessId } from '../os/processes.js';
import type { LoopDisk } from '../os/loop-disks.js';
import type { Proxies } from './proxies.js';

export type { Proxies, ProxyEffect } from './proxies.js';

/** One broker of the cluster under test. */
export interface NodeView {
  readonly id: string;
  readonly process: ProcessId | null;
  readonly alive: boolean;
  /** host:port that clients use (through the proxy, where there is one). */
  readonly clientEndpoint: string;
  /** The broker's own MQTT port, behind any proxy: the one whose closing proves that the broker is gone. */
  readonly brokerPort: number;
  readonly brokerHost: string;
  /** Of a cluster that was started with disks. */
  readonly disk?: LoopDisk;
}

/** Who leads a raft group, as one node sees it. `term` is null where the broker does not tell. */
export interface GroupLeader {
  readonly group: string;
  readonly leader: string | null;
  readonly term: number | null;
  /** It serves one subscription, and goes when that ends: such groups come and go while clients run. */
  readonly ofSubscription?: true;
}

/** The cluster's own leader, and the groups the load depends on (streams, topics, their consumers). */
export interface Leaders {
  readonly cluster: GroupLeader;
  readonly load: readonly GroupLeader[];
  /** Recorded only: groups that nobody can place and no client waits for. Absent: there are none. */
  readonly others?: readonly GroupLeader[];
}

/** `degraded`: a broker of it is not running. */
export type ClusterStatus = 'stopped' | 'running' | 'degraded';

export type NetworkMode = 'proxies' | 'namespaces';

/** A process of ours through which clients reach the cluster, found dead. */
export interface EquipmentDeath {
  /** When it was noticed, by the host's monotonic clock, in microseconds. */
  readonly us: number;
  readonly what: string;
}

export interface StartOptions {
  readonly cluster: string;
  readonly runId: string;
  /** Configs, logs and data of every broker go here, and stay. */
  readonly logDir: string;
  readonly nodeCount: number;
  /** `proxies` (the default) needs no root; `namespaces` gives each node an interface and an address of its own. */
  readonly network?: NetworkMode | undefined;
  /** The broker's program, absolute, where the driver does not bring its own. */
  readonly binary?: string | undefined;
  /** Which claim of the cluster it is started for: stands in its state, so that who has started it undoes nobody else's. */
  readonly claim?: number | undefined;
  /** Absent: plain. Only what the driver can (`startsWith`). */
  readonly startedWith?: StartedWith | undefined;
  /** Ends the start at its next step. */
  readonly signal?: AbortSignal | undefined;
}

/** What of a config's `cluster` a driver may be unable to have, each with the reason. */
export type CannotBe = Readonly<Partial<Record<'nodes' | 'network', string>>>;

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
  readonly ackWaitMs: number;
}

/** A way that packets take: between clients and a node, or between two nodes. */
export interface NetworkPath {
  readonly name: string;
  readonly kind: 'client' | 'route';
  /** The node at its end, or the two at its ends. */
  readonly nodes: readonly string[];
  /** Measures one round trip along the path, in ms; rejects if there is no answer within the limit. */
  readonly measureRoundTripMs: (limitMs?: number) => Promise<number>;
}

/** An interface of the kernel that brokers' traffic leaves by. */
export interface NetworkInterface {
  /** As a scenario's `target` names it, beside `device`: `n1.eth0`. */
  readonly name: string;
  /** The only node behind it; null where it carries all of them. */
  readonly node: string | null;
  /** Null: the host's own. */
  readonly namespace: string | null;
  readonly device: string;
  readonly address: string;
  /** Ports of the brokers: the only traffic that may be touched. */
  readonly ports: readonly number[];
}

/** How a cluster's nodes and clients reach each other, and what of it can be acted on. */
export interface ClusterNetwork {
  readonly proxies: Proxies | null;
  interfaces(): readonly NetworkInterface[];
  paths(): Promise<readonly NetworkPath[]>;
}

export interface Targets {
  readonly brokers: readonly string[];
  readonly interfaces: readonly string[];
}

export interface SnapshotOptions {
  readonly label: string;
  readonly runDir: string;
  /** Substrings of log lines that must never appear. */
  readonly neverLines: readonly string[];
}

/**
 * What starts, stops and looks at one kind of broker cluster. `dir` is the cluster's state folder: every call reads the state again, so that
 * a worker that was killed and came back, the keeper and the command line all see the same cluster.
 */
export interface ClusterDriver {
  readonly name: string;
  /** What its clients speak. */
  readonly mqttVersion: MqttVersion;
  /**
   * What its configuration says that the broker keeps, and how much of it: what it may lose then is no violation of a guarantee. Absent: nothing is declared, and what depends on it
   * stays undecided. It is of the driver, and not of one cluster: old runs are judged by it, too.
   */
  readonly limits?: (cluster: { readonly nodes: number }) => BrokerLimits;
  /** What is asked of it that it can never be: a config is refused for it. Absent: it takes any number of nodes, and leaves the rest to `preflight`. */
  readonly cannotBe?: (cluster: { readonly nodes: number; readonly network: NetworkMode }) => CannotBe;
  /** What a cluster of it can be started with, for faults that need it. Absent: nothing. */
  readonly startsWith?: readonly (keyof StartedWith)[];
  /** Problems that make a start pointless, each with its remedy; empty if there are none. */
  preflight(options: Pick<StartOptions, 'network' | 'binary'>): Promise<readonly string[]>;
  start(dir: string, options: StartOptions): Promise<ClusterStarted>;
  /** Ends every process of the cluster, proxies and left-over clients included. Succeeds if nothing runs. */
  stop(dir: string): Promise<void>;
  status(dir: string): Promise<ClusterStatus>;
  /** What a scenario's `target` may name on the cluster that runs, or on one that is planned. */
  targets(cluster: string | Pick<StartOptions, 'nodeCount' | 'network'>): Promise<Targets>;
  nodes(dir: string): Promise<readonly NodeView[]>;
  clientSettings(dir: string): Promise<ClientSettings>;
  /** As seen by `from`, or by any live node. Rejects if nobody answers. */
  leaders(dir: string, from?: string): Promise<Leaders>;
  /** Brings the cluster's leadership and that of all that the load depends on to `preferred`, unless the broker lets nobody choose. Returns the node that leads. */
  placeLeader(dir: string, preferred: string): Promise<string>;
  /**
   * When the clients of a phase have subscribed, and before they publish: where `placed`, makes their topics with a replica on every node, led by the
   * node of `placeLeader`. May be called twice for one phase. Absent: the broker makes what it needs by itself.
   */
  readonly prepareTopics?: (dir: string, topics: readonly string[], placed: boolean) => Promise<void>;
  /** MQTT client ids by the node to which they are really connected. */
  connections(dir: string): Promise<Readonly<Record<string, readonly string[]>>>;
  /** SIGKILL to one broker, by pid and start time. */
  killNode(dir: string, node: string): Promise<void>;
  /** Starts a broker again that is not running; nothing if it is. */
  startNode(dir: string, node: string): Promise<void>;
  /** Unmounts the disk of a node, whose broker must be dead, and mounts it again. Absent: nodes have no disks. */
  readonly remountDisk?: (dir: string, node: string) => Promise<void>;
  /** Undefined when every node is in and nothing lags; else what is still missing. */
  unhealthy(dir: string): Promise<string | undefined>;
  snapshot(dir: string, options: SnapshotOptions): Promise<SnapshotSummary>;
  /** Repairs the test equipment, not the broker: dead proxies. Undefined if there was nothing to repair; else what was done. */
  repairEquipment(dir: string): Promise<string | undefined>;
  /** What of ours died or hung under this cluster since it was started, and was replaced. */
  equipmentDeaths(dir: string): readonly EquipmentDeath[];
  /**
   * What of this host or of ours stands between us and the brokers and does not work: a proxy that hangs, a dead broker's port that somebody else has, a full
   * disk. Undefined if all of it was seen to work: only then a broker may be blamed.
   */
  equipmentProblem(dir: string): Promise<string | undefined>;
  /** Undefined where network faults can do nothing. */
  network(dir: string): ClusterNetwork | undefined;
}

/** A cluster that a fault or an injector acts on: its state folder, and the driver that started it. */
export interface FaultCluster {
  readonly dir: string;
  readonly driver: ClusterDriver;
  /** Faults of the same timeline that are on beside the one that asks, as they are now. Absent: it is alone. */
  readonly others?: () => readonly AlsoOn[];
}
