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
    : 'every client link of this cluster; traffic between its nodes is not delayed';

/** Toxics in the proxies that the embedded cluster's traffic goes through: needs neither root nor anything of the kernel. */
export const toxiproxy: Injector = {
  name: 'toxiproxy',
  about: {
    does: 'Delays and cuts. It adds toxics to the proxies that carry all traffic of the embedded cluster: a latency in each direction, or a black hole on the routes of one node.',
    needs: '`cluster.network: proxies`, the default. It needs neither root nor kernel modules.',
    ends: 'It removes the toxics one by one and then checks that none is left. A proxy server that is dead or does not answer is replaced by a new one. Toxics exist only in that process.',
  },
  outlivesCluster: false,
  unavailableReason: async ({ effect }, cluster) => {
    if (cluster.driver.network(cluster.dir)?.proxies == null) return 'the network of this cluster has no proxies';
    if (effect.kind === 'delay' || (await hasRoutes(cluster))) return undefined;
    return 'traffic between the nodes of this cluster does not go through its proxies';
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
