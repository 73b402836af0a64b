import fc from 'fast-check';
import { expect, it } from 'vitest';
import { METADATA_GROUP, raftView } from '../../../../src/host/drivers/robustmq/raft-view.js';
import { bounded, nearlyText, sentenceOf, timeout } from '../../../../testing/properties.js';
import { robustNodes } from '../../../../testing/driver-nodes.js';
import { raftGroup, startRaftView } from '../../../../testing/raft-view.js';

it('is what this very node thinks, by gRPC', async () => {
  const ports = new Map<string, number>();
  for (const [i, id] of ['n1', 'n2', 'n3'].entries())
    ports.set(id, await startRaftView(() => JSON.stringify({ [METADATA_GROUP]: raftGroup(i + 1) })));
  const { nodes } = await robustNodes(() => undefined, { grpc: (id) => ports.get(id) ?? 1 });
  const leaders = await Promise.all(nodes.map(async (node) => (await raftView(node))[METADATA_GROUP]?.current_leader));
  expect(leaders).toEqual([1, 2, 3]);
});

it('that a node does not give is an error', async () => {
  const { nodes } = await robustNodes(() => undefined, { nodeCount: 1 });
  await expect(raftView(nodes[0]!)).rejects.toThrow('UNAVAILABLE');
  const port = await startRaftView(() => '');
  const empty = await robustNodes(() => undefined, { nodeCount: 1, grpc: () => port });
  await expect(raftView(empty.nodes[0]!)).rejects.toThrow('JSON');
});

it(
  'whatever a node answers is a view, or an error that names the node',
  async () => {
    let content = '';
    const port = await startRaftView(() => content);
    const [node] = (await robustNodes(() => undefined, { nodeCount: 1, grpc: () => port })).nodes;
    const right = { [METADATA_GROUP]: raftGroup(1), offset_0: raftGroup(null) };
    await fc.assert(
      fc.asyncProperty(nearlyText(right), async (text) => {
        content = text;
        const read = await raftView(node!).catch(sentenceOf);
        if (typeof read === 'string') {
          expect(read).toMatch(/^n1: .*expected/);
          return;
        }
        for (const group of Object.values(read)) expect(group.current_term).toEqual(expect.any(Number));
        const voters = read[METADATA_GROUP]?.membership_config.membership.configs.flat() ?? [];
        expect(voters.every(Number.isFinite)).toBe(true);
      }),
      bounded(60),
    );
  },
  timeout,
);
