import { describe, expect, it } from 'vitest';
import { loadState, saveState } from '../../../../src/host/drivers/robustmq/state.js';
import { prepareTopics } from '../../../../src/host/drivers/robustmq/topics.js';
import { robustNodes, type Pages } from '../../../../testing/driver-nodes.js';

/** As the broker does it: new topics are led by the nodes in turn, after the first few went to those that lead least. */
async function cluster(leader: string | null, refuses: (topic: string) => boolean = () => false) {
  const made: string[] = [];
  const shards = (topic: string): object => ({ storage_name_list: { 0: `shard ${topic}` } });
  const answer = (path: string, body: string): object => {
    const url = new URL(path, 'http://node');
    const asked = url.searchParams.get('topic_name') ?? '';
    if (url.pathname.endsWith('/detail'))
      return made.includes(asked) ? { code: 0, data: { topic_info: shards(asked) } } : { code: 1, error: 'none' };
    const { topic_name = '', shard_name = '' } = JSON.parse(body) as { topic_name?: string; shard_name?: string };
    if (url.pathname.endsWith('/create')) {
      if (refuses(topic_name)) return { code: 1, error: 'refused' };
      made.push(topic_name);
      return { code: 0, data: shards(topic_name) };
    }
    const nth = made.indexOf(shard_name.replace('shard ', ''));
    // The second node gets the first two: it led less than the others.
    const leads = nth < 2 ? 2 : (nth % 3) + 1;
    const segment = { segment_seq: 0, leader: leads, leader_epoch: 1, isr: [leads], replicas: [{ node_id: leads }] };
    return { code: 0, data: { segment_list: [{ segment }] } };
  };
  const pages: Pages = (_id, path, body) => answer(path, body);
  const { dir } = await robustNodes(pages);
  saveState(dir, { ...loadState(dir), leader });
  const leaderOf = (topic: string): string => `n${made.indexOf(topic) < 2 ? 2 : (made.indexOf(topic) % 3) + 1}`;
  return { dir, made, leaderOf };
}

const topics = ['chaos/r/go-1', 'chaos/r/rust-1'];

describe('the topics of the load', () => {
  it('are all led by the wanted node, by topics that nobody uses made before each', async () => {
    const { dir, made, leaderOf } = await cluster('n3');
    await prepareTopics(dir, topics, true);
    expect(topics.map(leaderOf)).toEqual(['n3', 'n3']);
    expect(loadState(dir).topics).toEqual(topics.map((topic) => ({ topic, shard: `shard ${topic}` })));
    const unused = made.filter((topic) => !topics.includes(topic));
    for (const topic of unused) expect(topic).toMatch(/^chaos\/r\/go-1-turn-/);
    expect(unused.length).toBeLessThan(12);
  });

  it('are made once, though that is asked for twice', async () => {
    const { dir, made } = await cluster('n3');
    for (let i = 0; i < 2; i += 1) await prepareTopics(dir, topics, true);
    for (const topic of topics) expect(made.filter((each) => each === topic)).toHaveLength(1);
  });

  it('are left to the broker where no leader is asked for', async () => {
    const { dir, made } = await cluster('n3');
    await prepareTopics(dir, topics, false);
    expect(made).toEqual([]);
    expect(loadState(dir)).toMatchObject({ topics: [], leader: null });
  });

  it('are none where a workload names its own, and those of the phase before count no more', async () => {
    const { dir, made } = await cluster('n3');
    await prepareTopics(dir, topics, true);
    const before = made.length;
    await prepareTopics(dir, [], true);
    expect(made).toHaveLength(before);
    expect(loadState(dir)).toMatchObject({ topics: [], leader: 'n3' });
  });

  it('that could not be made have no shard, so that a fault that needs them refuses', async () => {
    const { dir } = await cluster('n3', (topic) => topic === 'chaos/r/rust-1');
    await prepareTopics(dir, topics, true);
    expect(loadState(dir)).toMatchObject({ leader: 'n3', topics: topics.map((topic) => ({ topic, shard: null })) });
  });
});
