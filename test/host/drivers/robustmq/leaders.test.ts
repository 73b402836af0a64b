import { describe, expect, it } from 'vitest';
import { leaders, placeLeader } from '../../../../src/host/drivers/robustmq/leaders.js';
import { loadState, saveState } from '../../../../src/host/drivers/robustmq/state.js';
import { robustNodes } from '../../../../testing/driver-nodes.js';
import { errorOf } from '../../../../testing/host-cluster.js';
import { raftGroup, startRaftView } from '../../../../testing/raft-view.js';

/** A cluster whose nodes name these leaders of it, looked up at each question; the load's topic is led by n3, in epoch 7. */
async function cluster(leaderOf: (id: string) => number | null): Promise<string> {
  const ports = new Map<string, number>();
  for (const id of ['n1', 'n2', 'n3']) {
    const view = () => ({
      offset_0: raftGroup(3),
      metadata_0: raftGroup(leaderOf(id), [1, 2, 3], 4),
      data_0: raftGroup(null),
    });
    ports.set(id, await startRaftView(() => JSON.stringify(view())));
  }
  const segment = { segment_seq: 0, leader: 3, leader_epoch: 7, isr: [3], replicas: [{ node_id: 3 }] };
  const pages = (): object => ({ code: 0, data: { segment_list: [{ segment }] } });
  const { dir } = await robustNodes(pages, { grpc: (id) => ports.get(id) ?? 1 });
  return dir;
}

describe('leaders', () => {
  it('are those of the cluster, of the load’s topics, and for the record of all other groups', async () => {
    const dir = await cluster(() => 2);
    saveState(dir, {
      ...loadState(dir),
      topics: [
        { topic: 'chaos/r/go-1', shard: 's' },
        { topic: 'x', shard: null },
      ],
    });
    expect(await leaders(dir)).toEqual({
      cluster: { group: 'metadata_0', leader: 'n2', term: 4 },
      load: [
        { group: 'topic go-1', leader: 'n3', term: 7 },
        { group: 'topic x', leader: null, term: null },
      ],
      others: [
        { group: 'data_0', leader: null, term: 1 },
        { group: 'offset_0', leader: 'n3', term: 1 },
      ],
    });
  });

  it('are each node’s own view', async () => {
    const dir = await cluster((id) => (id === 'n3' ? 1 : 2));
    expect((await leaders(dir, 'n3')).cluster.leader).toBe('n1');
    expect((await leaders(dir, 'n2')).cluster.leader).toBe('n2');
    expect(await errorOf(leaders(dir, 'n9'))).toMatch(/no broker n9/);
  });
});

describe('the leader', () => {
  it('is the one that all name, whoever was wished for, and is kept for the topics to come', async () => {
    let looks = 0;
    // n3 is late to know.
    const dir = await cluster((id) => (id === 'n3' && (looks += 1) < 3 ? null : 2));
    expect(await placeLeader(dir, 'n1')).toBe('n2');
    expect(looks).toBe(3);
    expect(loadState(dir).leader).toBe('n2');
  });

  it('is not wished for of a broker that is not there', async () => {
    expect(await errorOf(placeLeader(await cluster(() => 1), 'n9'))).toMatch(/no broker n9/);
  });
});
