import type { Proxies, FaultCluster } from '../drivers/contract.js';
import type { Injector, NetworkEffect } from './contract.js';

function proxiesOf({ dir, driver }: FaultCluster): Proxies {
  const proxies = driver.network(dir)?.proxies;
  if (proxies == null) throw new Error(`${dir}: expected a network with proxies, found none`);
  return proxies;
}

const asPart = (effect: NetworkEffect): 'delay' | { readonly cut: string } =>
  effect.kind === 'delay' ? 'delay' : { cut: effect.node };

const hasRoutes = async ({ dir, driver }: FaultCluster): Promise<boolean> =>
  ((await driver.network(dir)?.paths()) ?? []).some(({ kind }) => kind === 'route');

const carriedBy = async (cluster: FaultCluster): Promise<string> =>
  (await hasRoutes(cluster))
    ? 'the whole network of this cluster: every client link and every route'
    : 'every client link of this cluster; what its nodes say to each other is not delayed';

/** Toxics in the proxies that the embedded cluster's traffic goes through: needs neither root nor anything of the kernel. */
export const toxiproxy: Injector = {
  name: 'toxiproxy',
  about: {
    does: 'Delays and cuts. Toxics in the proxies that all traffic of the embedded cluster goes through: a latency in each direction, or a black hole on the routes of one node.',
    needs: '`cluster.network: proxies`, the default. Neither root nor anything of the kernel.',
    ends: 'Toxics are removed one by one, and looked at; a proxy server that is dead or hangs is replaced by a fresh one. They live in that process alone.',
  },
  outlivesCluster: false,
  unavailableReason: async ({ effect }, cluster) => {
    if (cluster.driver.network(cluster.dir)?.proxies == null) return 'the network of this cluster has no proxies';
    if (effect.kind === 'delay' || (await hasRoutes(cluster))) return undefined;
    return 'what the nodes of this cluster say to each other goes past its proxies';
  },
  plan: async ({ effect }, cluster) => ({
    own: {},
    touches:
      effect.kind === 'delay'
        ? `${effect.target} stands for ${await carriedBy(cluster)}`
        : `every route of ${effect.node}, black-holed in both directions; its clients still reach it`,
    // Each direction is delayed.
    riseFactor: () => 2,
  }),
  inject: async ({ effect }, cluster) => {
    const proxies = proxiesOf(cluster);
    if (effect.kind === 'delay') await proxies.delay(effect.delayMs, effect.jitterMs);
    else await proxies.cut(effect.node);
  },
  active: (_injection, cluster) => proxiesOf(cluster).active(),
  isWhole: ({ effect }, cluster) => proxiesOf(cluster).isWhole(asPart(effect)),
  clear: (_injection, cluster) => proxiesOf(cluster).clear(),
};
