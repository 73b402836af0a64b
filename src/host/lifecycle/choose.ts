import { ChaosError } from '../../domain/errors.js';
import type { RunPlan } from '../../domain/plan.js';
import type { FaultEntry, Scenario } from '../../domain/scenario.js';
import { meantBy } from '../../domain/target-words.js';
import type { FaultCluster, NodeView } from '../drivers/contract.js';
import type { AskedFault } from '../faults/contract.js';
import { heldByOthers, leadersNow } from '../faults/others.js';
import { listTickets } from '../tickets/store.js';

/** Which fault of a run is about to begin. */
interface Asked {
  readonly plan: Pick<RunPlan, 'clusterDir' | 'runId'>;
  readonly scenario: Pick<Scenario, 'name' | 'faults'>;
  readonly entry: FaultEntry;
}

type Chosen = Pick<AskedFault, 'fault' | 'target' | 'params' | 'chosen'>;

/** What an entry asks for, with the broker that its word means now. */
export async function choose({ plan, scenario, entry }: Asked, cluster: FaultCluster): Promise<Chosen> {
  const { fault, target, params } = entry;
  const meant = meantBy(target);
  const found = (id: string, chosen: 'leader' | 'other'): Chosen => ({ fault, target: id, params, chosen });
  const fail = (expected: string, seen: string): never => {
    throw new ChaosError(
      'INJECT_FAILED',
      `scenario ${scenario.name}, entry ${entry.name}: expected ${expected} for target ${target}, found ${seen}`,
    );
  };
  if ('named' in meant) {
    const isTimeline = scenario.faults !== undefined;
    const nodes = isTimeline ? await cluster.driver.nodes(cluster.dir) : [];
    return nodes.some(({ id }) => id === meant.named) ? found(meant.named, 'other') : { fault, target, params };
  }
  const hits = hitBefore(plan, scenario.name);
  if ('sameAs' in meant) {
    const same = hits.find(({ name }) => name === meant.sameAs)?.nodes ?? [];
    const [only] = same;
    return only !== undefined && same.length === 1
      ? found(only, 'other')
      : fail(`one broker that ${meant.sameAs} hit`, same.join(', ') || 'none');
  }
  const { leader } = (await leadersNow(cluster)).cluster;
  if (meant.word === 'leader') return leader === null ? fail('a leader', 'none') : found(leader, 'leader');
  const free = await freeNodes(cluster);
  const spared = meant.word === 'follower' ? [leader] : hits.flatMap(({ nodes }) => nodes);
  const wanted = free.filter(({ id }) => !spared.includes(id));
  // Where every broker was hit before, any that no fault holds now is another one.
  const from = wanted.length > 0 || meant.word === 'follower' ? wanted : free;
  const connected = await cluster.driver.connections(cluster.dir);
  const most = [...from].sort((a, b) => (connected[b.id]?.length ?? 0) - (connected[a.id]?.length ?? 0))[0];
  if (most === undefined) return fail('a broker that no other fault holds', 'none');
  return found(most.id, most.id === leader ? 'leader' : 'other');
}

/** Who runs and is held by no fault. */
async function freeNodes(cluster: FaultCluster): Promise<NodeView[]> {
  const held = heldByOthers(cluster);
  return (await cluster.driver.nodes(cluster.dir)).filter(({ id, alive }) => alive && !held.includes(id));
}

/** Whom the entries before have hit, by their names. */
const hitBefore = (
  { clusterDir, runId }: Asked['plan'],
  scenario: string,
): { readonly name: string | undefined; readonly nodes: readonly string[] }[] =>
  listTickets(clusterDir)
    .filter((ticket) => ticket.runId === runId && ticket.scenario === scenario && ticket.injectedUs !== null)
    .map(({ entry, targets }) => ({ name: entry, nodes: targets }));
