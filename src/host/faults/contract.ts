import type { z } from 'zod';
import type { Evidence, LeaderChange } from '../../domain/report-data.js';
import type { Scenario } from '../../domain/scenario.js';
import type { ClusterDriver } from '../drivers/contract.js';

/** The cluster that a fault acts on. */
export interface FaultCluster {
  readonly dir: string;
  readonly driver: ClusterDriver;
}

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

/** One fault on disk, written before anything happens; `recover` needs nothing else. Times: CLOCK_MONOTONIC in µs, of boot `bootId`. */
export interface FaultTicket extends FaultPlan {
  readonly faultId: string;
  readonly kind: string;
  readonly params: Scenario['params'];
  readonly scenario: string;
  /** As the scenario names it. */
  readonly target: string;
  readonly runId: string;
  readonly runDir: string;
  readonly clusterDir: string;
  readonly driver: string;
  readonly bootId: string;
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
}

export interface ProbeResult {
  readonly biting: boolean;
  readonly evidence: readonly Evidence[];
  readonly leaders: readonly LeaderChange[];
}

/** What a person has to know of a fault before it is let loose; each a sentence or two. */
export interface FaultText {
  readonly does: string;
  readonly needs: string;
  readonly bites: string;
  readonly over: string;
  /** How it ends if everything of ours but the named is killed. */
  readonly survives: string;
}

/**
 * One kind of fault: one file in this folder. `inject` may fail half way; `recover` needs the ticket alone, succeeds if nothing was injected, may run twice,
 * and returns the proof that the fault is over or rejects.
 */
export interface Fault {
  /** Name in the catalogue. */
  readonly kind: string;
  readonly targetKind: 'broker' | 'interface';
  /** Checks `params` when the config is read. */
  readonly params: z.ZodType<Record<string, unknown>>;
  /** For people: the page `docs/faults.md` is made of it. */
  readonly about: FaultText;
  /** Undefined if the fault can be done on this cluster; else the reason why not. */
  available(cluster: FaultCluster): Promise<string | undefined>;
  /** Before any client is connected: brings the cluster into the state the fault needs, e.g. all leaders on one node. */
  prepare?(scenario: Scenario, cluster: FaultCluster): Promise<void>;
  plan(scenario: Scenario, cluster: FaultCluster): Promise<FaultPlan>;
  inject(ticket: FaultTicket, cluster: FaultCluster): Promise<void>;
  /** Is it biting? Looks once; the caller asks again until it is or its budget is gone. */
  probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult>;
  /** Is what was injected still in force? Cheap: asked every second of the window. A fault that was not kept up was cut short. */
  isOn(ticket: FaultTicket, cluster: FaultCluster): Promise<boolean>;
  /** Brokers that it means to be dead. Absent: none. */
  downs?(ticket: FaultTicket): readonly string[];
  /** True if a stopped cluster does not end it: `recover` is then called all the same. Absent: false. */
  outlivesCluster?(ticket: FaultTicket): boolean;
  recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<readonly Evidence[]>;
}

export const evidence = (what: string, expected: string, observed: string, ok: boolean): Evidence => ({
  what,
  expected,
  observed,
  ok,
});
