import { describe, expect, it } from 'vitest';
import type { GroupLeader, NodeView } from '../../../src/host/drivers/contract.js';
import { leaderRebalance as fault } from '../../../src/host/faults/leader-rebalance.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { killOf } from '../../../testing/host-cluster.js';
import { deadProcess, group, memoryCluster } from '../../../testing/memory-cluster.js';
import { ticketIn } from '../../../testing/tickets.js';

const scenario = { ...killOf('follower'), fault: fault.kind, params: {} };
const of = (leader: string | null, term: number): GroupLeader[] => [
  group('metadata_0', 'n1', 1),
  group('topic a', leader, term),
  group('topic b', leader, term),
];
/** As it was before: n2 led all topics, in their third term. */
const ticket = ticketIn('/data', {
  targets: ['n2'],
  before: { process: ownIdentity(), leaders: of('n2', 3), others: [] },
});

describe('a rebalance', () => {
  it('needs a broker that moves leaderships back, and somebody to take over', async () => {
    const { cluster, nodes } = memoryCluster();
    expect(await fault.available(cluster)).toMatch(/driver memory has no topics/);
    const prepareTopics = (): Promise<void> => Promise.resolve();
    expect(await fault.available({ ...cluster, driver: { ...cluster.driver, prepareTopics } })).toBeUndefined();
    const alone = memoryCluster({ nodes: nodes.slice(0, 1) }).cluster;
    expect(await fault.available({ ...alone, driver: { ...alone.driver, prepareTopics } })).toMatch(/single node/);
  });

  it('hits the leader, whatever the scenario says of victims', async () => {
    const { cluster, placed } = memoryCluster({ leaders: [group('metadata_0', 'n2', 1), group('topic a', 'n2', 1)] });
    await fault.prepare?.(scenario, cluster);
    expect(placed).toEqual(['n2']);
    expect((await fault.plan(scenario, cluster)).targets).toEqual(['n2']);
  });

  it('kills the leader, and starts it again once others lead', async () => {
    const leaders = [group('metadata_0', 'n1', 1), group('topic a', 'n3', 4), group('topic b', 'n3', 4)];
    const { cluster, done } = memoryCluster({ leaders });
    await fault.inject(ticket, cluster);
    expect(done).toEqual(['kill n2', 'start n2']);
  });

  it('goes on where a worker died in its middle: the dead are not killed again', async () => {
    const { cluster, done } = memoryCluster({ leaders: of('n3', 4) });
    await fault.inject({ ...ticket, before: { ...ticket.before, process: deadProcess() } }, cluster);
    expect(done).toEqual(['start n2']);
  });

  it.each([
    ['both have come back', of('n2', 5), true, ['n2', 'n2']],
    ['only one move is seen', of('n2', 4), false, [null, null]],
    ['another one leads', of('n3', 5), false, [null, null]],
    ['nobody leads', of(null, 5), false, [null, null]],
    ['one is not back', [...of('n2', 5).slice(0, 2), group('topic b', 'n3', 4)], false, ['n2', null]],
  ])(
    'bites when every topic is led by its first leader again, two terms later: %s',
    async (_what, leaders, bites, to) => {
      const look = await fault.probe(ticket, memoryCluster({ leaders }).cluster);
      expect(look.biting).toBe(bites);
      // The cluster's own group is nobody's to move back.
      expect(look.leaders.map((change) => change.to)).toEqual(to);
    },
  );

  it('does not bite, and is not in force, while a broker is down', async () => {
    const nodes = memoryCluster().nodes.map((node): NodeView => ({ ...node, alive: node.id !== 'n3' }));
    const { cluster } = memoryCluster({ nodes, leaders: of('n2', 5) });
    expect(await fault.probe(ticket, cluster)).toMatchObject({
      biting: false,
      evidence: [{ observed: 'n3' }, { ok: true }],
    });
    expect(await fault.isInForce(ticket, cluster)).toBe(false);
    expect(await fault.isInForce(ticket, memoryCluster().cluster)).toBe(true);
  });

  it('is over when its broker runs and the cluster is whole', async () => {
    const { cluster, done } = memoryCluster();
    expect(await fault.recover(ticket, cluster, 1000)).toMatchObject([{ ok: true }]);
    expect(done).toEqual(['start n2']);
  });
});
