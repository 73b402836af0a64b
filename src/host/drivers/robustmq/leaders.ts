import { ChaosError } from '../../../domain/errors.js';
import { pollUntil } from '../../os/clock.js';
import { fromAny, liveNodes } from '../broker-processes.js';
import type { GroupLeader, Leaders } from '../contract.js';
import { activeSegment } from './admin.js';
import { METADATA_GROUP, raftView, type RaftView } from './raft-view.js';
import { idOf, loadState, nodeOf, saveState, type LoadTopic, type RobustNode, type RobustState } from './state.js';

function raftGroup(name: string, view: RaftView): GroupLeader {
  const leader = view[name]?.current_leader ?? null;
  return { group: name, leader: leader === null ? null : idOf(leader), term: view[name]?.current_term ?? null };
}

/** The last part of a topic's name is enough to tell a phase's topics apart. */
const groupName = (topic: string): string => `topic ${topic.split('/').at(-1) ?? topic}`;

async function segmentLeader(node: RobustNode, { topic, shard }: LoadTopic): Promise<GroupLeader> {
  const group = groupName(topic);
  if (shard === null) return { group, leader: null, term: null };
  const segment = await activeSegment(node, shard);
  return { group, leader: idOf(segment.leader), term: segment.leader_epoch };
}

/** Who leads the cluster and the segments of the load's topics, in this node's own eyes; a segment's term is its leader's epoch. */
async function leadersSeenBy(state: RobustState, node: RobustNode): Promise<Leaders> {
  const [view, load] = await Promise.all([
    raftView(node),
    Promise.all(state.topics.map((topic) => segmentLeader(node, topic))),
  ]);
  const others = Object.keys(view).filter((name) => name !== METADATA_GROUP);
  return {
    cluster: raftGroup(METADATA_GROUP, view),
    load,
    others: others.sort().map((name) => raftGroup(name, view)),
  };
}

export async function leaders(dir: string, from?: string): Promise<Leaders> {
  const state = loadState(dir);
  return fromAny(from === undefined ? liveNodes(state) : [nodeOf(state, from)], (node) => leadersSeenBy(state, node));
}

/**
 * This broker lets nobody choose who leads the cluster: the one that does is the one around which the load's topics are made (`prepareTopics`).
 * Returns it once all nodes agree on it.
 */
export async function placeLeader(dir: string, preferred: string): Promise<string> {
  nodeOf(loadState(dir), preferred);
  let seen: readonly string[] = [];
  const agreed = await pollUntil(
    async () => {
      const views = await Promise.all(liveNodes(loadState(dir)).map((node) => raftView(node)));
      seen = views.map((view) => raftGroup(METADATA_GROUP, view).leader ?? 'nobody');
      return new Set(seen).size === 1 && seen[0] !== 'nobody' ? seen[0] : undefined;
    },
    { limitMs: 20_000, everyMs: 200 },
  );
  if (agreed === undefined) {
    throw new ChaosError(
      'LEADER_NOT_PLACED',
      `expected all nodes to agree on the leader of ${METADATA_GROUP}, they name ${seen.join(', ')}`,
    );
  }
  saveState(dir, { ...loadState(dir), leader: agreed });
  return agreed;
}
