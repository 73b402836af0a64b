import { describe, expect, it } from 'vitest';
import { majorityKill as fault } from '../../../src/host/faults/majority-kill.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';
import { deadProcess, group, memoryCluster } from '../../../testing/memory-cluster.js';
import { ticketIn } from '../../../testing/tickets.js';

const scenario = { ...killOf('leader'), fault: fault.kind, params: {} };
const planned = async (leader: string, change: Parameters<typeof memoryCluster>[0] = {}) => {
  const memory = memoryCluster({ leaders: [group('meta', leader, 1)], ...change });
  return { ...memory, ticket: ticketIn('/data', { ...(await fault.plan(scenario, memory.cluster)) }) };
};

describe('the kill of a majority', () => {
  it('takes the leader and as many others as leave none', async () => {
    const { ticket } = await planned('n3');
    expect(ticket.targets).toEqual(['n3', 'n1']);
    expect(Object.keys(ticket.before['victims'] as object).sort()).toEqual(['n1', 'n3']);
    expect(fault.intendedDown?.(ticket)).toEqual(ticket.targets);
  });

  it('needs two nodes, which run', async () => {
    const { nodes, cluster } = memoryCluster();
    expect(await fault.available(cluster)).toBeUndefined();
    expect(await fault.available(memoryCluster({ nodes: nodes.slice(0, 1) }).cluster)).toMatch(/broker-kill/);
    const stopped = nodes.map((node) => (node.id === 'n1' ? { ...node, process: null } : node));
    expect(await errorOf(planned('n1', { nodes: stopped }))).toMatch(/^INJECT_FAILED expected n1, n2 to run/);
  });

  it('kills those that live still, is in force while all are down, and starts all of them again', async () => {
    const { ticket, cluster, done } = await planned('n1');
    expect(await fault.isInForce(ticket, cluster)).toBe(false);
    await fault.inject(ticket, cluster);
    expect(done).toEqual(['kill n1', 'kill n2']);
    expect(await fault.isInForce(ticket, cluster)).toBe(true);
    await cluster.driver.startNode(cluster.dir, 'n2');
    expect(await fault.isInForce(ticket, cluster)).toBe(false);
    expect(await fault.recover(ticket, cluster, 1000)).toMatchObject([{ ok: true }]);
    expect(done.slice(-2)).toEqual(['start n1', 'start n2']);
  });

  it('bites when every process is gone and its port is closed; the dead are not killed again', async () => {
    const nodes = memoryCluster().nodes.map((node) => (node.id === 'n1' ? { ...node, process: deadProcess() } : node));
    const half = await planned('n1', { nodes });
    expect(await fault.probe(half.ticket, half.cluster)).toMatchObject({
      biting: false,
      evidence: [{ ok: true }, { ok: false, observed: 'there' }],
    });
    await fault.inject(half.ticket, half.cluster);
    expect(half.done).toEqual(['kill n2']);
    const gone = await planned('n1', { nodes: nodes.map((node) => ({ ...node, process: deadProcess() })) });
    expect((await fault.probe(gone.ticket, gone.cluster)).biting).toBe(true);
  });
});
