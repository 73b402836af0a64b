import type { FaultCluster, GroupLeader, NodeView } from '../src/host/drivers/contract.js';
import { ownIdentity, type ProcessId } from '../src/host/os/processes.js';
import { fakeCluster } from './fake-cluster.js';

export const group = (name: string, leader: string | null, term: number | null): GroupLeader => ({
  group: name,
  leader,
  term,
});

/** Nobody has this process any more. */
export const deadProcess = (): ProcessId => ({ ...ownIdentity(), startTicks: 1 });

export interface MemoryCluster {
  readonly cluster: FaultCluster;
  readonly nodes: readonly NodeView[];
  /** Whom the leadership was given to, in order. */
  readonly placed: string[];
  /** `kill n1`, `start n1`, in order. */
  readonly done: string[];
}

interface Given {
  readonly nodes?: readonly NodeView[];
  /** The cluster's own first, as every node sees them; a function is asked at each look. */
  readonly leaders?: readonly GroupLeader[] | (() => readonly GroupLeader[]);
  readonly connections?: Readonly<Record<string, readonly string[]>>;
  readonly unhealthy?: () => string | undefined;
  readonly equipmentProblem?: () => string | undefined;
}

const nodeView = (id: string): NodeView => ({
  ...{ id, process: ownIdentity(), alive: true, brokerHost: '127.0.0.1', brokerPort: 1 },
  clientEndpoint: '127.0.0.1:2',
});

/** A cluster of three without any process: a node that is killed is down, and one that is started is up. */
export function memoryCluster(given: Given = {}): MemoryCluster {
  const nodes = given.nodes ?? ['n1', 'n2', 'n3'].map(nodeView);
  const look = (): { readonly cluster: GroupLeader; readonly load: readonly GroupLeader[] } => {
    const [cluster = group('meta', 'n1', 1), ...load] =
      typeof given.leaders === 'function' ? given.leaders() : (given.leaders ?? []);
    return { cluster, load };
  };
  const placed: string[] = [];
  const done: string[] = [];
  const down = new Set<string>();
  const cluster = fakeCluster({
    name: 'memory',
    nodes: () => Promise.resolve(nodes.map((node) => ({ ...node, alive: node.alive && !down.has(node.id) }))),
    leaders: async () => look(),
    placeLeader: (_dir, preferred) => {
      placed.push(preferred);
      return Promise.resolve(look().cluster.leader ?? preferred);
    },
    connections: () => Promise.resolve(given.connections ?? {}),
    killNode: (_dir, id) => {
      down.add(id);
      return Promise.resolve(void done.push(`kill ${id}`));
    },
    startNode: (_dir, id) => {
      down.delete(id);
      return Promise.resolve(void done.push(`start ${id}`));
    },
    unhealthy: async () => given.unhealthy?.(),
    equipmentProblem: async () => given.equipmentProblem?.(),
  });
  return { cluster, nodes, placed, done };
}
