import type { HostCpu } from '../../domain/client-result.js';
import type { ProcessId } from '../os/processes.js';

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

/** Owner mark of one client of a phase, and of everything that it starts. */
export const clientOwner = (phaseOwner: string, sdk: string): string => `${phaseOwner}/${sdk}`;
/** Whether a mark belongs to a phase: to its watcher, or to one of its clients. */
export const isOfPhase = (phaseOwner: string, owner: string): boolean =>
  owner === phaseOwner || owner.startsWith(`${phaseOwner}/`);
