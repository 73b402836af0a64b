import { randomBytes } from 'node:crypto';
import { fields, text } from '../../../domain/shape.js';
import { activeSegment, adminGet, adminPost } from './admin.js';
import { fromAny, liveNodes } from '../broker-processes.js';
import { idOf, loadState, saveState, type LoadTopic, type RobustNode, type RobustState } from './state.js';
import { pollUntil } from '../../os/clock.js';

/** So many topics are made at most to have one led by the wanted node: the first node leads the cluster's own, and is the last to get any. */
const TRIES = 240;

const SEGMENT_LIMIT_MS = 10_000;

interface Created {
  /** Partition → shard. */
  readonly storage_name_list: { readonly '0': string };
}
const createdShape = fields<Created>({ storage_name_list: fields<Created['storage_name_list']>({ '0': text }) });

/** Made if it is not there: it may have been made by a node that then did not answer, or before the worker died. */
async function shardOf(state: RobustState, node: RobustNode, topic: string): Promise<string> {
  const query = new URLSearchParams({ tenant: 'default', topic_name: topic });
  const there = await adminGet<{ readonly topic_info: Created }>(
    node,
    `/cluster/topic/detail?${query.toString()}`,
  ).catch(() => undefined);
  if (there !== undefined) return firstShard(topic, (there as typeof there | null)?.topic_info);
  const created = await adminPost<Created>(node, '/cluster/topic/create', {
    tenant: 'default',
    topic_name: topic,
    storage_type: 'EngineRocksDB',
    source: 'MQTT',
    partition: 1,
    replication: Math.min(3, state.nodes.length),
  });
  return firstShard(topic, created);
}

function firstShard(topic: string, created: unknown): string {
  const problem = createdShape(created, topic);
  if (problem !== undefined) throw new Error(problem);
  return (created as Created).storage_name_list['0'];
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

/**
 * The broker gives a new topic to the node that leads fewest, and cannot be told otherwise. Once every node leads as many as the others they get them in
 * turn: the node that got one longest ago is next.
 */
const isNext = (leader: string, nodes: readonly RobustNode[], latest: readonly string[]): boolean => {
  const turn = latest.slice(-nodes.length);
  return turn.length === nodes.length && new Set(turn).size === nodes.length && turn[0] === leader;
};

/** Makes topics that nobody uses until it is the leader's turn, and then the wanted one, for each in order. */
async function placeTopics(state: RobustState, topics: readonly string[], leader: string): Promise<LoadTopic[]> {
  const nodes = liveNodes(state);
  const latest: string[] = [];
  const make = (topic: string): Promise<string> =>
    fromAny(nodes, async (node) => {
      const shard = await shardOf(state, node, topic);
      latest.push(await leaderOf(node, shard));
      return shard;
    });
  const prefix = `${topics[0] ?? ''}-turn-${randomBytes(3).toString('hex')}`;
  const made: LoadTopic[] = [];
  for (const topic of topics) {
    for (let tries = 0; tries < TRIES && !isNext(leader, nodes, latest); tries += 1)
      await make(`${prefix}-${latest.length}`);
    made.push({ topic, shard: await make(topic) });
  }
  return made;
}

/**
 * Makes topics that the node of `placeLeader` leads, for clients that have subscribed to them already: to a topic that is there before its subscriber this
 * broker loses messages (docs/robustmq/findings.md), which would hide whatever else is wrong. What cannot be made makes a fault that needs its
 * leader refuse to go on. Where no leader is asked for none are made: the broker makes a topic at its first message.
 */
export async function prepareTopics(dir: string, topics: readonly string[], placed: boolean): Promise<void> {
  const state = loadState(dir);
  const leader = placed ? state.leader : null;
  const unmade = topics.map((topic): LoadTopic => ({ topic, shard: null }));
  const made = leader === null ? [] : await placeTopics(state, topics, leader).catch(() => unmade);
  saveState(dir, { ...loadState(dir), topics: made, leader });
}
