import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster, Leaders, NetworkPath } from '../drivers/contract.js';
import { evidence } from './contract.js';

// What a fault of a timeline may expect of a cluster on which others are on.

/** Brokers that other faults keep from answering now. */
export const heldByOthers = ({ others }: FaultCluster): string[] => (others?.() ?? []).flatMap(({ nodes }) => nodes);

/** Those paths of a network of which both ends can answer, as far as other faults let them. */
export const openPaths = (paths: readonly NetworkPath[], cluster: FaultCluster): NetworkPath[] => {
  const held = heldByOthers(cluster);
  return paths.filter(({ nodes }) => !nodes.some((id) => held.includes(id)));
};

/** Who leads, as most of the brokers see it that no other fault holds: one that is cut off may still believe in an old leader. */
export async function leadersNow(cluster: FaultCluster): Promise<Leaders> {
  const { dir, driver, others } = cluster;
  if ((others?.() ?? []).length === 0) return driver.leaders(dir);
  const held = heldByOthers(cluster);
  const asked = (await driver.nodes(dir)).filter(({ id, alive }) => alive && !held.includes(id));
  const views = await Promise.all(asked.map(({ id }) => driver.leaders(dir, id).catch(() => undefined)));
  const known = views.filter((view) => view !== undefined && view.cluster.leader !== null);
  const votes = (view: Leaders): number => known.filter((one) => one?.cluster.leader === view.cluster.leader).length;
  const [most] = known.flatMap((view) => view ?? []).sort((a, b) => votes(b) - votes(a));
  return most ?? driver.leaders(dir);
}

/** What is seen of a cluster that other faults keep from being whole: every broker that none of them holds runs. Undefined: that is not so, or nothing else is on. */
export async function asFarAsOthersLet(cluster: FaultCluster): Promise<Evidence | undefined> {
  const on = (cluster.others?.() ?? []).map(({ entry }) => entry);
  if (on.length === 0) return undefined;
  const held = heldByOthers(cluster);
  const free = (await cluster.driver.nodes(cluster.dir)).filter(({ id }) => !held.includes(id));
  const dead = free.filter(({ alive }) => !alive).map(({ id }) => id);
  if (dead.length > 0) return undefined;
  const names = free.map(({ id }) => id).join(', ') || 'none';
  const expected = `what no other fault holds runs (on: ${on.join(', ')}); the rest is proved when all are over`;
  return evidence('cluster', expected, `running: ${names}`, true);
}
