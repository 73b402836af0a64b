import type { HostCpu } from '../../domain/client-result.js';
import type { MqttVersion } from '../../domain/mqtt.js';
import type { LoadPlan } from '../../domain/plan.js';
import type { ClientSettings } from '../drivers/contract.js';
import type { ProcessId } from '../os/processes.js';

/** What a phase's clients are started with. */
export interface PhaseRequest {
  readonly phaseDir: string;
  readonly clusterDir: string;
  /** `control`, `fault` or `validation`; with scenario and attempt it makes client ids and topics unique. */
  readonly phase: string;
  readonly label: string;
  readonly runId: string;
  readonly sdks: readonly string[];
  readonly sdkRoot: string;
  readonly workload: string;
  readonly load: LoadPlan;
  readonly limitMs: number;
  readonly settings: ClientSettings;
  readonly mqttVersion: MqttVersion;
  /** A phase whose runner died is started again (validation, control), or not (fault: what it saw cannot be seen again). */
  readonly repeatable: boolean;
  /** Makes the topics of the clients, when these have subscribed and before they publish; may be called twice. Absent: they need no making. */
  readonly prepareTopics?: ((topics: readonly string[]) => Promise<void>) | undefined;
}

/** What the process that watches a phase's clients is told: `phase.json`. */
export interface PhaseSpec {
  readonly phase: string;
  readonly dir: string;
  readonly owner: string;
  readonly attempt: number;
  readonly clients: readonly ClientSpec[];
}

export interface ClientSpec {
  readonly sdk: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** A client still running after this is killed. */
  readonly limitMs: number;
}

/** How a client's process ended: `exit.json`, written when everything else of the client is on disk. */
export interface ClientExit {
  readonly kind: 'exited' | 'signalled' | 'timeout' | 'not_found';
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastLine: string;
  readonly lastLineTruncated: boolean;
  readonly stdoutBytes: number;
  readonly durationSeconds: number;
  readonly hostCpu: HostCpu | null;
}

/** `ready.json`: the endpoints that the client is really connected to. */
export interface ClientReady {
  readonly publisher: string;
  readonly subscriber: string;
}

export interface PhaseRunner {
  readonly process: ProcessId;
  readonly attempt: number;
}

/** Owner mark of a phase: of its watcher. */
export const phaseOwner = ({ clusterDir, label }: Pick<PhaseRequest, 'clusterDir' | 'label'>): string =>
  `${clusterDir}#clients-${label}`;
/** The cluster's folder, of a phase's owner mark. */
export const clusterDirOf = (owner: string): string => owner.slice(0, owner.indexOf('#'));
/** Owner mark of one client of a phase, and of everything that it starts. */
export const clientOwner = (owner: string, sdk: string): string => `${owner}/${sdk}`;
/** Whether a mark belongs to a phase: to its watcher, or to one of its clients. */
export const isOfPhase = (owner: string, found: string): boolean => found === owner || found.startsWith(`${owner}/`);
