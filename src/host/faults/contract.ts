import type { z } from 'zod';
import type { Evidence, LeaderChange } from '../../domain/fault-record.js';
import type { StartedWith } from '../../domain/started-with.js';
import type { Scenario } from '../../domain/scenario.js';
import type { Hold } from '../../domain/together.js';
import type { Blame } from '../../domain/status.js';
import type { FaultCluster } from '../drivers/contract.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';

/** What a fault is asked to do. `chosen`: the target is the broker to be hit, named or found when the fault began; nobody places a leader for it. */
export interface AskedFault extends Scenario {
  readonly chosen?: 'leader' | 'other';
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
  /**
   * Whose failure it is if the recovery cannot be proved: the broker's, where it alone has to come back; the equipment's, where ours has to take
   * something away.
   */
  readonly recoveryBlame: Blame;
  /** Checks `params` when the config is read. */
  readonly params: z.ZodType<Record<string, unknown>>;
  /** How long the params make it at least; a config is refused whose fault window is shorter. Absent: nothing that a config could say makes it long. */
  leastSeconds?(params: Record<string, unknown>, nodeCount: number): number;
  /** What it has for itself while it is on: timelines know by it what may be on beside it. Absent: nothing may. */
  holds?(params: Record<string, unknown>): Hold;
  /** For people: the page `docs/faults.md` is made of it. */
  readonly about: FaultText;
  /** What its cluster must have been started with: a scenario then gets a cluster of its own. Absent: any cluster will do. */
  startedWith?(params: Record<string, unknown>): StartedWith;
  /** Why it can be done on no cluster of this host, with the remedy; undefined if it can. `doctor` says it before anything runs. Absent: it can everywhere. */
  hostProblem?(): string | undefined;
  /** Undefined if the fault can be done on this cluster; else the reason why not. */
  available(cluster: FaultCluster): Promise<string | undefined>;
  /** Before any client is connected: brings the cluster into the state the fault needs, e.g. all leaders on one node. */
  prepare?(scenario: Scenario, cluster: FaultCluster): Promise<void>;
  plan(scenario: AskedFault, cluster: FaultCluster): Promise<FaultPlan>;
  inject(ticket: FaultTicket, cluster: FaultCluster): Promise<void>;
  /** Is it biting? Looks once; the caller asks again until it is or its budget is gone. */
  probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult>;
  /** Is what was injected still in force? Cheap: asked every second of the window. A fault that was not kept up was cut short. */
  isInForce(ticket: FaultTicket, cluster: FaultCluster): Promise<boolean>;
  /** Brokers that it means to be dead. Absent: none. */
  intendedDown?(ticket: FaultTicket): readonly string[];
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
