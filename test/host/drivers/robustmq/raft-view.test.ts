import { expect, it } from 'vitest';
import { METADATA_GROUP, raftView } from '../../../../src/host/drivers/robustmq/raft-view.js';
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
