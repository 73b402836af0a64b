import { describe, expect, it } from 'vitest';
import {
  activeSegment,
  adminGet,
  adminPost,
  clientIds,
  metricsText,
} from '../../../../src/host/drivers/robustmq/admin.js';
import { robustNodes, type Pages } from '../../../../testing/driver-nodes.js';

const nodeWith = async (pages: Pages) => (await robustNodes(pages, { nodeCount: 1 })).nodes[0]!;
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
    return ok({ segment_list: seqs.map((segment_seq) => ({ segment: { shard_name, segment_seq } })) });
  });
  expect(await activeSegment(node, 's')).toEqual({ shard_name: 's', segment_seq: 2 });
  await expect(activeSegment(node, 'empty')).rejects.toThrow('n1 knows no segment of shard empty');
});

it('metrics are text, and clients are known by their ids', async () => {
  const node = await nodeWith((_id, path) =>
    path === '/metrics' ? 'up 1\n' : ok({ data: [{ client_id: 'a' }, { client_id: 'b' }] }),
  );
  expect(await metricsText(node)).toBe('up 1\n');
  expect(await clientIds(node)).toEqual(['a', 'b']);
});
