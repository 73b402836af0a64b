import { isOwnError, noAnswer } from '../../os/own-errors.js';
import { isAlive } from '../../os/processes.js';
import * as equipment from '../equipment.js';
import { mqttRoundTripMs } from '../mqtt-probe.js';
import { isServerUp, jsz, loadStreams, type GroupCluster, type Jsz } from './monitor.js';
import { loadState, natsProxies, type NatsNode, type NatsState } from './state.js';

/** What a raft group's own leader says about its followers; undefined if all of them are current. */
function groupProblem(name: string, cluster: GroupCluster | undefined): string | undefined {
  if (cluster?.leader === undefined) return `${name} has no leader`;
  const behind = cluster.replicas?.find((r) => !r.current || r.offline === true || (r.lag ?? 0) > 0);
  return behind && `${name}: replica on ${behind.name} is not current (lag ${behind.lag ?? 'unknown'})`;
}

/** Only a group's leader knows how far its followers are: each group is judged by the page of its own leader. */
function replicationProblem(pages: ReadonlyMap<string, Jsz>): string | undefined {
  for (const [id, page] of pages) {
    const meta = page.meta_cluster;
    if (meta?.leader === undefined) return `${id} knows no meta leader`;
    if (!pages.has(meta.leader)) return `${id} names ${meta.leader} as meta leader, but that node is gone`;
    if (meta.leader === id) {
      const problem = groupProblem('meta', meta);
      if (problem !== undefined) return problem;
    }
    for (const stream of loadStreams(page)) {
      if (stream.cluster?.leader === undefined) return `${id} knows no leader of ${stream.name}`;
      if (stream.cluster.leader !== id) continue;
      const problem = groupProblem(stream.name, stream.cluster);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

async function nodeProblem(state: NatsState, node: NatsNode): Promise<string | undefined> {
  if (node.process === null || !isAlive(node.process)) return `${node.id} is not running`;
  if (!(await isServerUp(node))) return `${node.id} does not answer its health check`;
  const login = { username: state.username, password: state.password };
  return mqttRoundTripMs({ host: node.host, port: node.mqttPort }, login).then(
    () => undefined,
    (error: unknown) => {
      if (isOwnError(error)) throw error;
      return `${node.id} does not serve MQTT: ${String(error)}`;
    },
  );
}

/**
 * Undefined when every node is up and serves MQTT, all agree on their leaders, and no replica lags; else the first thing that is missing. Rejects where
 * this host cannot ask.
 */
export async function unhealthy(dir: string): Promise<string | undefined> {
  const state = loadState(dir);
  for (const node of state.nodes) {
    const problem = await nodeProblem(state, node);
    if (problem !== undefined) return problem;
  }
  if (state.nodes.length === 1) return undefined;
  const pages = new Map<string, Jsz>();
  for (const node of state.nodes) {
    const page = await jsz(node).catch(noAnswer);
    if (page === undefined) return `${node.id} does not report its JetStream state`;
    pages.set(node.id, page);
  }
  return replicationProblem(pages);
}

/** A node in a namespace has all ports to itself. */
const groundOf = (node: NatsNode): equipment.BrokerGround => ({
  node,
  ports: node.namespace === null ? [node.mqttPort, node.natsPort, node.httpPort, node.routePort] : [],
  address: '127.0.0.1',
  logFiles: [node.logFile],
});

export const equipmentProblem = async (dir: string): Promise<string | undefined> =>
  equipment.equipmentProblem(dir, loadState(dir).nodes.map(groundOf), natsProxies.problem);
