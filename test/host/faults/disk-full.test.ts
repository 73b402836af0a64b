import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diskFull as fault } from '../../../src/host/faults/disk-full.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';
import { group, memoryCluster } from '../../../testing/memory-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

// test/host/faults/without-power.test.ts has it on a real cluster.

const scenario = { ...killOf('follower'), fault: fault.kind };

it('needs a cluster with disks, and a victim that has one', async () => {
  expect(fault.startedWith?.({})).toEqual({ disks: 'ext4' });
  const { cluster, nodes } = memoryCluster({ leaders: [group('meta', 'n2', 1)] });
  expect(await errorOf(fault.plan(scenario, cluster))).toMatch(/^INJECT_FAILED expected n1 to have a disk of its own/);
  const disk = { folder: '/c/n1', image: '/r/n1' };
  const other = memoryCluster({ leaders: [group('meta', 'n2', 1)], nodes: nodes.map((node) => ({ ...node, disk })) });
  const plan = await fault.plan(scenario, other.cluster);
  expect(plan).toMatchObject({ injector: 'ext4', targets: ['n1'], before: { disk } });
  expect(fault.intendedDown?.(ticketIn('/data', plan))).toEqual(['n1']);
});

it('a file that fills nothing is no bite, and it is taken away; a broker that has ended is started', async () => {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  const { cluster, nodes, done } = memoryCluster();
  const { process, brokerHost, brokerPort } = nodes[0]!;
  const before = { process, brokerHost, brokerPort, leaders: [], others: [], disk: { folder, image: '' } };
  const ticket = ticketIn('/data', { kind: fault.kind, targets: ['n1'], before });
  const { biting, evidence } = await fault.probe(ticket, cluster);
  expect(biting).toBe(false);
  expect(evidence.map(({ observed }) => observed)).toEqual(['not taken', 'written']);
  expect(await fault.isInForce(ticket, cluster)).toBe(false);
  writeFileSync(join(folder, 'robustmq-chaos-filler'), '');
  expect(await fault.recover(ticket, cluster, 1000)).toMatchObject([{ ok: true, observed: 'written' }, { ok: true }]);
  expect(existsSync(join(folder, 'robustmq-chaos-filler'))).toBe(false);
  expect(done).toEqual(['start n1']);
});
