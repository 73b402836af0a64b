import { adminPost, activeSegment } from './admin.js';
import { fromAny, liveNodes } from '../broker-processes.js';
import { idOf, loadState, saveState, type LoadTopic, type RobustNode, type RobustState } from './state.js';
import { pollUntil } from '../../clock.js';

/**
 * The broker gives a new topic's segment to the node that leads fewest, and cannot be told otherwise: topics are made until one is where it is
 * wanted. A cluster's own topics are led by its first node, which is therefore the last one to get any.
 */
const TRIES = 240;

const SEGMENT_LIMIT_MS = 10_000;

interface Created {
  readonly storage_name_list: Readonly<Record<string, string>>;
}

async function createTopic(state: RobustState, node: RobustNode, topic: string): Promise<string> {
  const created = await adminPost<Created>(node, '/cluster/topic/create', {
    tenant: 'default',
    topic_name: topic,
    storage_type: 'EngineRocksDB',
    source: 'MQTT',
    partition: 1,
    replication: Math.min(3, state.nodes.length),
  });
  const shard = created.storage_name_list['0'];
  if (shard === undefined) throw new Error(`${topic}: expected a shard for partition 0, got none`);
  return shard;
}

/** Made on one node, a segment is known to the others a moment later. */
async function leaderOf(node: RobustNode, shard: string): Promise<string> {
  const segment = await pollUntil(() => activeSegment(node, shard).catch(() => undefined), {
    limitMs: SEGMENT_LIMIT_MS,
    everyMs: 20,
  });
  if (segment === undefined) throw new Error(`${node.id} knows no segment of ${shard} after ${SEGMENT_LIMIT_MS} ms`);
  return idOf(segment.leader);
}

/** The first of a topic's names (itself, then with a number) whose segment `leader` leads. */
async function placeTopic(state: RobustState, topic: string, leader: string): Promise<LoadTopic> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const name = attempt === 1 ? topic : `${topic}.${attempt}`;
    const found = await fromAny(liveNodes(state), async (node) => {
      const shard = await createTopic(state, node, name);
      return { topic: name, shard, leader: await leaderOf(node, shard) };
    });
    if (found.leader === leader) return { topic: name, shard: found.shard };
  }
  return { topic, shard: null };
}

/**
 * Makes topics that the node of `placeLeader` leads; one that cannot be made makes a fault that needs its leader refuse to go on. Where no leader is
 * asked for none are made: the broker makes a topic at its first message, and with a topic that is there before its subscriber it loses
 * messages of persistent sessions (docs/robustmq/findings.md), which would hide whatever else is wrong.
 */
export async function prepareTopics(
  dir: string,
  topics: readonly string[],
  placed: boolean,
): Promise<readonly string[]> {
  const state = loadState(dir);
  const leader = placed ? state.leader : null;
  if (leader === null) {
    saveState(dir, { ...state, topics: [], leader });
    return topics;
  }
  const made: LoadTopic[] = [];
  for (const topic of topics) {
    made.push(await placeTopic(state, topic, leader).catch((): LoadTopic => ({ topic, shard: null })));
  }
  saveState(dir, { ...loadState(dir), topics: made });
  return made.map(({ topic }) => topic);
}
