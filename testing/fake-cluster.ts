import type { ClusterDriver, ClusterNetwork, FaultCluster, Proxies } from '../src/host/drivers/contract.js';
import { natsDriver } from '../src/host/drivers/nats/index.js';

/** A cluster of which a driver says just this; whatever else it is asked for finds no cluster. */
export const fakeCluster = (says: Partial<ClusterDriver>, dir = '/nowhere/clusters/local'): FaultCluster => ({
  dir,
  driver: { ...natsDriver, ...says },
});

/** A network that is this, and nothing where it says nothing. */
export const withNetwork = (network: Partial<ClusterNetwork> | undefined): FaultCluster =>
  fakeCluster({
    network: () => network && { proxies: null, interfaces: () => [], paths: () => Promise.resolve([]), ...network },
  });

/** Proxies that write down what they are asked to do. */
export function recordingProxies(): { readonly proxies: Proxies; readonly asked: string[] } {
  const asked: string[] = [];
  const note = (text: string): Promise<void> => Promise.resolve(void asked.push(text));
  const proxies: Proxies = {
    delay: (delayMs, jitterMs) => note(`delay ${delayMs} ± ${jitterMs}`),
    cut: (node) => note(`cut ${node}`),
    stall: (nodes) => note(`stall ${nodes.join()}`),
    clear: () => note('clear'),
    active: () => Promise.resolve(['client-n1/chaos-latency-upstream']),
    isWhole: (effect) => note(`whole ${JSON.stringify(effect)}`).then(() => true),
  };
  return { proxies, asked };
}
