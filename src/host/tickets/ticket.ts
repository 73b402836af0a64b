import type { Evidence } from '../../domain/fault-record.js';
import type { Scenario } from '../../domain/scenario.js';
import type { Blame } from '../../domain/status.js';
import type { ProcessId } from '../os/processes.js';

/** What a fault is going to do, decided before anything is done. Plain JSON: it goes into the ticket. */
export interface FaultPlan {
  /** Nodes or paths that will be hit. */
  readonly targets: readonly string[];
  /** How: `sigkill`, `toxiproxy`, … */
  readonly injector: string;
  /** Why these targets, in words, from what was really seen. */
  readonly reason: string;
  /** What `probe` and `recover` compare with: round trips, leaders before, old process. */
  readonly before: Readonly<Record<string, unknown>>;
}

/** `stuck`: a recovery was tried and could not be proved; it goes on being tried, and the cluster is dirty. */
export type TicketState = 'planned' | 'injecting' | 'injected' | 'stuck' | 'recovered';

/**
 * What a fault of several steps has done to a broker, or has seen of it, in turn: `asked` to end, `ended` by itself, or `died` of a SIGKILL; `down`: gone, with its port closed;
 * `started`; `up`: answers MQTT; `whole`: the cluster is, with it.
 */
export type StepKind = 'asked' | 'ended' | 'died' | 'down' | 'started' | 'up' | 'whole';

/** One such step, noted when it was seen: whoever goes on with the fault after a crash, proves it or ends it, knows how far it came. */
export interface TicketStep {
  readonly node: string;
  readonly what: StepKind;
  /** The process that it is about. */
  readonly process: ProcessId;
  readonly at: string;
  readonly us: number;
}

/** One fault on disk, written before anything happens; `recover` needs nothing else. Times: CLOCK_MONOTONIC in µs, of boot `bootId`. */
export interface FaultTicket extends FaultPlan {
  readonly faultId: string;
  readonly kind: string;
  /** Whose failure it is if the recovery cannot be proved; absent in tickets of 0.1.0. */
  readonly recoveryBlame?: Blame;
  readonly params: Scenario['params'];
  readonly scenario: string;
  /** Which entry of the scenario it is; absent in tickets of versions without timelines. */
  readonly entry?: string;
  /** How long it is to be kept; absent in tickets of versions without timelines: as long as the plan's fault window. */
  readonly windowMs?: number;
  /** As the scenario names it. */
  readonly target: string;
  readonly runId: string;
  readonly runDir: string;
  readonly clusterDir: string;
  readonly driver: string;
  readonly bootId: string;
  /** The claim of the cluster that it was planned on; absent in tickets of older versions. */
  readonly claim?: number;
  readonly state: TicketState;
  readonly plannedAt: string;
  readonly plannedUs: number;
  readonly deadlineUs: number;
  /** No renewal moves the deadline past this. */
  readonly hardCapUs: number;
  /** How far ahead each renewal sets the deadline. */
  readonly graceMs: number;
  readonly recoveryBudgetMs: number;
  readonly injectedAt: string | null;
  readonly injectedUs: number | null;
  /** Of a fault that takes several steps; absent of any other, and before the first. */
  readonly steps?: readonly TicketStep[];
  /** When the last look began that found it in force. */
  readonly seenOnUs: number | null;
  readonly recoveredAt: string | null;
  readonly recoveredUs: number | null;
  /** `workflow`, `keeper`, `worker`, `command`. */
  readonly recoveredBy: string | null;
  readonly healed: readonly Evidence[];
  /** Brokers that were found dead and that this fault had not killed: they were started again, and no such run passes. */
  readonly died: readonly string[];
  /** Of the last attempt to recover; null if none failed. */
  readonly lastRecoverError: string | null;
  /** Whose failure that attempt was, by what was seen; absent in tickets of 0.1.0. */
  readonly lastRecoverBlame?: Blame;
}
