/** What proxies can do: delay everything, cut a node off from the others, stall the clients of nodes. */
export type ProxyEffect = 'delay' | { readonly cut: string } | { readonly stall: readonly string[] };

/** Proxies of ours that all of a cluster's traffic passes through. */
export interface Proxies {
  /** Delays every proxied connection, each direction, by delay ± jitter ms. May be called twice. */
  delay(delayMs: number, jitterMs: number): Promise<void>;
  /** Nothing passes between this node and the other nodes any more; its clients still reach it. May be called twice. */
  cut(node: string): Promise<void>;
  /** Nothing passes between clients and these nodes any more, and no connection is closed. May be called twice. */
  stall(nodes: readonly string[]): Promise<void>;
  /** Takes everything out again; succeeds if there is nothing, and repairs the proxies if they are dead. */
  clear(): Promise<void>;
  /** Names of the toxics that are in force now. */
  active(): Promise<readonly string[]>;
  /** Is it in force on every link, every route of the node, every client link of the nodes? */
  isWhole(effect: ProxyEffect): Promise<boolean>;
}
