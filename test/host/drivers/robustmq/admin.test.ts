import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activeSegment,
  adminGet,
  adminPost,
  clientIds,
  clusterInfo,
  metricsText,
} from '../../../../src/host/drivers/robustmq/admin.js';
import type { RobustNode } from '../../../../src/host/drivers/robustmq/state.js';
import { bounded, nearlyText, sentenceOf, timeout } from '../../../../testing/properties.js';
import { robustNodes, type Pages } from '../../../../testing/driver-nodes.js';

const nodeWith = async (pages: Pages) => (await robustNodes(pages, { nodeCount: 1 })).nodes[0]!;
const segment = { isr: [1, 2], replicas: [{ node_id: 1 }, { node_id: 2 }], leader: 1, leader_epoch: 7 };
const ok = (data: unknown): object => ({ code: 0, data, error: null });

describe('an answer of the admin pages', () => {
  it('is the data in it', async () => {
    const node = await nodeWith((_id, path, body) => ok({ path, body }));
    expect(await adminGet(node, '/info')).toEqual({ path: '/api/info', body: '' });
    expect(await adminPost(node, '/topic', { a: 1 })).toEqual({ path: '/api/topic', body: '{"a":1}' });
  });

  it('with another code than 0 is an error, though its status is 200', async () => {
    const node = await nodeWith((_id, path) => ({ code: 100, error: path.endsWith('/b') ? 'no topic' : null }));
    await expect(adminGet(node, '/b')).rejects.toThrow('n1 /api/b: code 100: no topic');
    await expect(adminGet(node, '/a')).rejects.toThrow('n1 /api/a: code 100: no reason given');
  });

  it('that is none is an error', async () => {
    await expect(adminGet(await nodeWith(() => undefined), '/info')).rejects.toThrow();
    await expect(adminGet(await nodeWith(() => 'oops'), '/info')).rejects.toThrow();
  });
});

it('the segment that is written to is the newest; a shard without any is named', async () => {
  const node = await nodeWith((_id, _path, body) => {
    const { shard_name } = JSON.parse(body) as { shard_name: string };
    const seqs = shard_name === 'empty' ? [] : [0, 2, 1];
    return ok({ segment_list: seqs.map((segment_seq) => ({ segment: { ...segment, shard_name, segment_seq } })) });
  });
  expect(await activeSegment(node, 's')).toEqual({ ...segment, shard_name: 's', segment_seq: 2 });
  await expect(activeSegment(node, 'empty')).rejects.toThrow('n1 knows no segment of shard empty');
});

it('metrics are text, and clients are known by their ids', async () => {
  const node = await nodeWith((_id, path) =>
    path === '/metrics' ? 'up 1\n' : ok({ data: [{ client_id: 'a' }, { client_id: 'b' }] }),
  );
  expect(await metricsText(node)).toBe('up 1\n');
  expect(await clientIds(node)).toEqual(['a', 'b']);
});

describe('whatever a broker answers is data of the right form, or an error that names the node', () => {
  const right = {
    info: ok({ broker_node_list: [{ node_id: 1 }] }),
    segments: ok({ segment_list: [{ segment: { ...segment, segment_seq: 0 } }] }),
    clients: ok({ data: [{ client_id: 'a' }] }),
  };
  const reads = {
    info: async (node: RobustNode) =>
      (await clusterInfo(node)).broker_node_list.every(({ node_id }) => Number.isFinite(node_id)),
    segments: async (node: RobustNode) => {
      const { isr, replicas, leader } = await activeSegment(node, 's');
      return [...isr, leader, ...replicas.map(({ node_id }) => node_id)].every(Number.isFinite);
    },
    clients: async (node: RobustNode) => (await clientIds(node)).every((id) => typeof id === 'string'),
  };

  it.each(['info', 'segments', 'clients'] as const)(
    '%s',
    async (what) => {
      let answer = '';
      const node = await nodeWith(() => answer);
      await fc.assert(
        fc.asyncProperty(nearlyText(right[what]), async (text) => {
          answer = text;
          const read = await reads[what](node).catch(sentenceOf);
          if (typeof read === 'string') expect(read).toMatch(/^n1 /);
          else expect(read).toBe(true);
        }),
        bounded(100),
      );
    },
    timeout,
  );
});
