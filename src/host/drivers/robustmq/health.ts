import { isOwnError, noAnswer } from '../../os/own-errors.js';
import { isAlive } from '../../os/processes.js';
import * as equipment from '../equipment.js';
import { mqttRoundTripMs } from '../mqtt-probe.js';
import { activeSegment, clusterInfo } from './admin.js';
import { METADATA_GROUP, raftView } from './raft-view.js';
import { HOST, idOf, loadState, robustProxies, type LoadTopic, type RobustNode, type RobustState } from './state.js';

/** A node that lets no client in within this is not in. */
const LOGIN_LIMIT_MS = 5000;

const list = (ids: readonly number[]): string => [...ids].sort((a, b) => a - b).join(', ');

/** Does this node let clients in, and know all of the given nodes? Its own readiness pages say "ok" or "not ready" whatever is the case. */
export async function nodeProblem(
  state: RobustState,
  node: RobustNode,
  expected: readonly RobustNode[],
): Promise<string | undefined> {
  if (node.process === null || !isAlive(node.process)) return `${node.id} is not running`;
  const ids = list(expected.map(({ brokerId }) => brokerId));
  const login = { username: state.username, password: state.password, mqttVersion: '5' as const };
  try {
    await mqttRoundTripMs({ host: HOST, port: node.ports.mqtt }, login, LOGIN_LIMIT_MS);
    const info = await clusterInfo(node);
    const known = list(info.broker_node_list.map(({ node_id }) => node_id));
    return known === ids ? undefined : `${node.id} knows nodes ${known}, expected ${ids}`;
  } catch (error) {
    if (isOwnError(error)) throw error;
    return `${node.id} does not serve: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Do all of the nodes, each in its own eyes, see the same leader of the cluster, and each other as its voters? */
export async function raftProblem(nodes: readonly RobustNode[]): Promise<string | undefined> {
  const ids = list(nodes.map(({ brokerId }) => brokerId));
  const seen = new Set<string>();
  for (const node of nodes) {
    const group = (await raftView(node).catch(noAnswer))?.[METADATA_GROUP];
    if (group === undefined) return `${node.id} does not report its view of ${METADATA_GROUP}`;
    if (group.current_leader === null) return `${node.id} knows no leader of ${METADATA_GROUP}`;
    const voters = group.membership_config.membership.configs.map(list).join(' and ');
    if (voters !== ids) return `${node.id} sees the voters ${voters} in ${METADATA_GROUP}, expected ${ids}`;
    seen.add(idOf(group.current_leader));
  }
  return seen.size === 1 ? undefined : `the nodes disagree on who leads ${METADATA_GROUP}: ${[...seen].join(', ')}`;
}

/** Is every replica of the topic in sync, in the eyes of every node? */
async function topicProblem(state: RobustState, { topic, shard }: LoadTopic): Promise<string | undefined> {
  if (shard === null) return undefined;
  for (const node of state.nodes) {
    const segment = await activeSegment(node, shard).catch(noAnswer);
    if (segment === undefined) return `${node.id} does not report ${topic}`;
    const [isr, replicas] = [list(segment.isr), list(segment.replicas.map(({ node_id }) => node_id))];
    if (isr !== replicas) return `${topic}: ${isr} of ${replicas} are in sync, as ${node.id} sees it`;
  }
  return undefined;
}

/** Undefined when every node serves and is known to all, all agree on leader and voters, and every replica of the load's topics is in sync. */
export async function unhealthy(dir: string): Promise<string | undefined> {
  const state = loadState(dir);
  for (const node of state.nodes) {
    const problem = await nodeProblem(state, node, state.nodes);
    if (problem !== undefined) return problem;
  }
  const raft = await raftProblem(state.nodes);
  if (raft !== undefined) return raft;
  for (const topic of state.topics) {
    const problem = await topicProblem(state, topic);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Some of its listeners are on all addresses, whatever it is told. */
function groundOf(node: RobustNode): equipment.BrokerGround {
  const { proxiedMqtt: _ours, ...ports } = node.ports;
  return { node, ports: Object.values(ports), address: '0.0.0.0', logFiles: [node.outFile, node.logFile] };
}

export const equipmentProblem = async (dir: string): Promise<string | undefined> =>
  equipment.equipmentProblem(dir, loadState(dir).nodes.map(groundOf), robustProxies.problem);
