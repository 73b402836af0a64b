import { describe, expect, it } from 'vitest';
import { unhealthy } from '../../../../src/host/drivers/robustmq/health.js';
import { loadState, saveState } from '../../../../src/host/drivers/robustmq/state.js';
import { robustNodes, type Pages } from '../../../../testing/driver-nodes.js';
import { deadProcess } from '../../../../testing/memory-cluster.js';
import { raftGroup, startRaftView } from '../../../../testing/raft-view.js';

interface Sees {
  readonly known?: readonly number[];
  readonly leader?: number | null;
  readonly voters?: readonly number[];
  readonly isr?: readonly number[];
}

/** A cluster of three in which all is well, but for what n2 sees. */
async function cluster(n2: Sees = {}): Promise<string> {
  const of = (id: string): Sees => (id === 'n2' ? n2 : {});
  const pages: Pages = (id, path) => {
    const { known = [3, 1, 2], isr = [1, 2, 3] } = of(id);
    if (path === '/api/info') return { code: 0, data: { broker_node_list: known.map((node_id) => ({ node_id })) } };
    const segment = {
      segment_seq: 0,
      leader: 1,
      leader_epoch: 1,
      isr,
      replicas: [1, 2, 3].map((node_id) => ({ node_id })),
    };
    return { code: 0, data: { segment_list: [{ segment }] } };
  };
  const ports = new Map<string, number>();
  for (const id of ['n1', 'n2', 'n3']) {
    const { leader = 1, voters = [1, 2, 3] } = of(id);
    ports.set(id, await startRaftView(() => JSON.stringify({ metadata_0: raftGroup(leader, voters) })));
  }
  const { dir } = await robustNodes(pages, { grpc: (id) => ports.get(id) ?? 1 });
  saveState(dir, {
    ...loadState(dir),
    topics: [
      { topic: 't', shard: 's' },
      { topic: 'unmade', shard: null },
    ],
  });
  return dir;
}

describe('a cluster', () => {
  it('is healthy where all serve, know each other, agree on their leader, and every replica is in sync', async () => {
    expect(await unhealthy(await cluster())).toBeUndefined();
  });

  it.each<[string, Sees, string]>([
    ['a node does not know all', { known: [1, 2] }, 'n2 knows nodes 1, 2, expected 1, 2, 3'],
    ['a node knows no leader', { leader: null }, 'n2 knows no leader of metadata_0'],
    ['a node sees other voters', { voters: [1, 2] }, 'n2 sees the voters 1, 2 in metadata_0, expected 1, 2, 3'],
    ['two disagree', { leader: 2 }, 'the nodes disagree on who leads metadata_0: n1, n2'],
    ['a replica is out of sync', { isr: [2, 1] }, 't: 1, 2 of 1, 2, 3 are in sync, as n2 sees it'],
  ])('is not where %s', async (_what, n2, problem) => {
    expect(await unhealthy(await cluster(n2))).toBe(problem);
  });

  it('is not where a node does not run, does not serve, or does not report', async () => {
    const dir = await cluster();
    const state = loadState(dir);
    const withN1 = async (change: object): Promise<string | undefined> => {
      saveState(dir, {
        ...state,
        nodes: state.nodes.map((node) => (node.id === 'n1' ? { ...node, ...change } : node)),
      });
      return unhealthy(dir);
    };
    const { ports } = state.nodes[0]!;
    expect(await withN1({ process: deadProcess() })).toBe('n1 is not running');
    expect(await withN1({ ports: { ...ports, mqtt: 1 } })).toMatch(/^n1 does not serve: .*ECONNREFUSED/);
    expect(await withN1({ ports: { ...ports, grpc: 1 } })).toBe('n1 does not report its view of metadata_0');
  });
});
