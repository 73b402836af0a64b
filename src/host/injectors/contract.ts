import type { ParamValue } from '../../domain/scenario.js';
import type { NetworkPath, FaultCluster } from '../drivers/contract.js';

/** What is to be done to the network, by any injector. */
export type NetworkEffect =
  | { readonly kind: 'delay'; readonly delayMs: number; readonly jitterMs: number; readonly target: string }
  | { readonly kind: 'partition'; readonly node: string };

/** What an injector is asked for: the effect, and its own parameters from the scenario. */
export interface Work {
  readonly effect: NetworkEffect;
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** What an injector needs to find again what it has done; plain JSON, in the ticket. */
export type Own = Readonly<Record<string, unknown>>;

export interface InjectorPlan {
  readonly own: Own;
  /** What is touched, in words. */
  readonly touches: string;
  /** Of a delay: by how many times the delay the round trip along a path rises. */
  readonly riseFactor: (path: NetworkPath) => number;
}

/** A planned piece of work with the ticket's id, which a process or uid of the injector's can be named after. */
export interface Injection extends Work {
  readonly faultId: string;
  readonly own: Own;
}

/** One way of doing things to a network: one file in this folder, one line in its list. */
export interface Injector {
  readonly name: string;
  /** For people: the page `docs/faults.md` is made of it. */
  readonly about: { readonly does: string; readonly needs: string; readonly ends: string };
  /** A stopped cluster does not end what this one has done: it must be taken away even then. */
  readonly outlivesCluster: boolean;
  /** Undefined if it can do this here; else why not, with the remedy. Changes nothing. */
  unavailableReason(work: Work, cluster: FaultCluster): Promise<string | undefined>;
  plan(work: Work, cluster: FaultCluster): Promise<InjectorPlan>;
  /** May be called again after a crash in its middle. */
  inject(injection: Injection, cluster: FaultCluster): Promise<void>;
  /** What is in force now, by name; empty when it is over. */
  active(injection: Injection, cluster: FaultCluster): Promise<readonly string[]>;
  /** Is all of it in force? */
  isWhole(injection: Injection, cluster: FaultCluster): Promise<boolean>;
  /** Takes it away; succeeds if nothing is there. */
  clear(injection: Injection, cluster: FaultCluster): Promise<void>;
}
