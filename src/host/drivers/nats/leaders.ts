import { ChaosError } from '../../../domain/errors.js';
import { pollUntil, sleepMs } from '../../os/clock.js';
import { fromAny, liveNodes } from '../broker-processes.js';
import type { GroupLeader, Leaders } from '../contract.js';
import { jsz, loadStreams, monitor, type GroupCluster, type Raftz } from './monitor.js';
import { BadRequest, jetStreamRequest, withNats } from './nats-api.js';
import { loadState, nodeOf, type NatsNode, type NatsState } from './state.js';

/** The raft group of the cluster itself. */
export const META_GROUP = 'meta';

/**
 * Leaders of the meta group, of every stream of the load's account, and of every replicated consumer (`stream > consumer`). Consumers with
 * one replica are the brokers' own, one per node, and cannot move.
 */
async function leadersSeenBy(node: NatsNode): Promise<Leaders> {
  const [page, metaTerms, loadTerms] = await Promise.all([
    jsz(node),
    monitor<Raftz>(node, '/raftz'),
    monitor<Raftz>(node, '/raftz?acc=LOAD'),
  ]);
  const group = (name: string, cluster: GroupCluster | undefined): GroupLeader => ({
    group: name,
    leader: cluster?.leader ?? null,
    term: loadTerms['LOAD']?.[cluster?.raft_group ?? '']?.term ?? null,
  });
  const load = loadStreams(page).flatMap((stream) => [
    group(stream.name, stream.cluster),
    ...(stream.consumer_detail ?? [])
      .filter(({ cluster }) => (cluster?.replicas?.length ?? 0) > 0)
      .map((consumer) => ({
        ...group(`${stream.name} > ${consumer.name}`, consumer.cluster),
        ofSubscription: true as const,
      })),
  ]);
  const meta = page.meta_cluster?.leader;
  const cluster = { group: META_GROUP, leader: meta ?? null, term: metaTerms['SYS']?.['_meta_']?.term ?? null };
  return { cluster, load };
}

/** A broker that is alone has no raft group: it leads, and nobody could take over. */
const ledAlone = (node: NatsNode): Leaders => ({
  cluster: { group: META_GROUP, leader: node.id, term: null },
  load: [],
});

export async function leaders(dir: string, from?: string): Promise<Leaders> {
  const state = loadState(dir);
  if (state.nodes.length === 1) return ledAlone(nodeOf(state, 'n1'));
  return fromAny(from === undefined ? liveNodes(state) : [nodeOf(state, from)], leadersSeenBy);
}

/** The step-down request for one group; `> ` separates stream and consumer. */
function stepDownSubject(group: string): string {
  if (group === META_GROUP) return '$JS.API.META.LEADER.STEPDOWN';
  const [stream, consumer] = group.split(' > ');
  return consumer === undefined
    ? `$JS.API.STREAM.LEADER.STEPDOWN.${stream}`
    : `$JS.API.CONSUMER.LEADER.STEPDOWN.${stream}.${consumer}`;
}

async function stepDown(state: NatsState, group: string, node: string): Promise<void> {
  const user = group === META_GROUP ? 'system' : state.username;
  const asked = liveNodes(state)[0] ?? nodeOf(state, node);
  await withNats(asked, { username: user, password: state.password }, async (nats) => {
    const request = (body: object): Promise<void> => jetStreamRequest(nats, stepDownSubject(group), body);
    await request({ placement: { preferred: node } }).catch((error: unknown) => {
      // A server before 2.11 elects whom it likes, and is asked until it likes the right one.
      if (error instanceof BadRequest) return request({});
      throw error;
    });
  });
}

/**
 * Moves the meta group, every stream and every consumer to `node`. Consumers that come later are left where they are: with readers that come and go all the
 * time, there would be no end of it. A step-down elects within half a second; one that lands elsewhere, or is refused because
 * the target was not heard of just now, is asked for again.
 */
export async function placeLeader(dir: string, node: string): Promise<string> {
  const state = loadState(dir);
  nodeOf(state, node);
  let missing: readonly GroupLeader[] = [];
  let known: ReadonlySet<string> | undefined;
  let lastError = 'none';
  const placed = await pollUntil(
    async () => {
      const seen = await leaders(dir).catch((error: unknown) => {
        lastError = String(error);
        throw error;
      });
      const all = [seen.cluster, ...seen.load];
      known ??= new Set(all.map(({ group }) => group));
      missing = all.filter(
        ({ group, leader, ofSubscription }) =>
          leader !== node && (ofSubscription !== true || known?.has(group) === true),
      );
      if (missing.length === 0) return true;
      for (const { group } of missing) {
        await stepDown(state, group, node).catch((error: unknown) => (lastError = String(error)));
      }
      await sleepMs(300);
      return undefined;
    },
    { limitMs: 20_000, everyMs: 100 },
  );
  if (placed) return node;
  const left = missing.map(({ group, leader }) => `${group} (led by ${String(leader)})`).join(', ');
  throw new ChaosError(
    'LEADER_NOT_PLACED',
    `expected ${node} to lead everything, these are led by other nodes: ${left}; last error: ${lastError}`,
  );
}
