import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/domain/scenario.js';
import { powerLoss as fault } from '../../../src/host/faults/power-loss.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';
import { group, memoryCluster } from '../../../testing/memory-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

// test/host/faults/without-power.test.ts has it on real clusters.

const scenario = (params: Scenario['params'], target?: string): Scenario => ({
  ...killOf('follower', target),
  fault: fault.kind,
  params,
});
const memory = (leader = 'n3') =>
  memoryCluster({
    leaders: [group('meta', leader, 1)],
    nodes: memoryCluster().nodes.map((node) => ({
      ...node,
      disk: { folder: `/c/${node.id}`, image: `/r/${node.id}` },
    })),
  });

describe('the loss of power', () => {
  it('is of one follower, unless the config says otherwise', () => {
    expect(fault.params.parse({})).toEqual({ victim: 'follower', nodes: 'one', injector: 'auto', sync: 'default' });
    for (const params of [{ nodes: 'two' }, { injector: 'fuse' }, { nodes: 'all', victim: 'leader' }])
      expect(fault.params.safeParse(params).success, JSON.stringify(params)).toBe(false);
  });

  it('needs a cluster with disks, and one that syncs where it is the control', () => {
    expect(fault.startedWith?.({})).toEqual({ disks: 'ext4' });
    expect(fault.startedWith?.({ sync: 'always' })).toEqual({ disks: 'ext4', sync: 'always' });
  });

  it.each([
    ['one', ['n1']],
    ['majority', ['n3', 'n1']],
    ['all', ['n3', 'n1', 'n2']],
  ])('takes of %s, the leader first where it takes several', async (nodes, targets) => {
    const { cluster } = memory();
    const plan = await fault.plan(scenario({ nodes }), cluster);
    expect(plan).toMatchObject({ injector: 'ext4', targets });
    expect(Object.keys(plan.before['victims'] as object).sort()).toEqual([...targets].sort());
    expect(fault.intendedDown?.(ticketIn('/data', plan))).toEqual(targets);
  });

  it('is of nobody without a disk of his own', async () => {
    const { cluster } = memoryCluster({ leaders: [group('meta', 'n3', 1)] });
    expect(await errorOf(fault.plan(scenario({ nodes: 'all' }), cluster))).toMatch(
      /^INJECT_FAILED expected n3, n1, n2 to run, each with a disk of its own; found less/,
    );
  });

  it('is in force while all of them are down, and has not bitten before anything was counted', async () => {
    const { cluster } = memory();
    const clusterDir = temporaryFolder();
    const ticket = ticketIn(clusterDir, {
      ...(await fault.plan(scenario({ nodes: 'majority' }), cluster)),
      params: { nodes: 'majority' },
    });
    expect(await fault.isInForce(ticket, cluster)).toBe(false);
    for (const id of ticket.targets) await cluster.driver.killNode(cluster.dir, id);
    expect(await fault.isInForce(ticket, cluster)).toBe(true);
    const { biting, evidence } = await fault.probe(ticket, cluster);
    expect(biting).toBe(false);
    expect(evidence.map(({ observed }) => observed)).toEqual(
      ['n3', 'n1'].flatMap(() => ['there', 'not counted', 'there', 'not whole']),
    );
  });

  it('places leaders only where one node is hit', async () => {
    const { cluster, placed } = memory();
    await fault.prepare?.(scenario({ nodes: 'all' }), cluster);
    expect(placed).toEqual([]);
    await fault.prepare?.(scenario({}), cluster);
    expect(placed).toHaveLength(1);
  });
});
