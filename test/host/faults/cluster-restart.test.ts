import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clusterRestart as fault } from '../../../src/host/faults/cluster-restart.js';
import type { BeforeRestart } from '../../../src/host/faults/restarts.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';
import { deadProcess, memoryCluster } from '../../../testing/memory-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

const scenario = { ...killOf('leader'), fault: fault.kind };
const nodes = memoryCluster().nodes.map((node) => ({ ...node, process: deadProcess() }));

/** Its brokers have ended as soon as they are asked: nothing is signalled that lives. */
async function planned(params = {}, change: Partial<FaultTicket> = {}) {
  const memory = memoryCluster({ nodes });
  const plan = await fault.plan({ ...scenario, params }, memory.cluster);
  const ticket = ticketIn(temporaryFolder(), { ...plan, ...change });
  mkdirSync(ticket.clusterDir, { recursive: true });
  writeTicket(ticket);
  const now = (): FaultTicket => readTicket(ticket.clusterDir, ticket.faultId) ?? ticket;
  const said = (): string[] => (now().steps ?? []).map(({ node, what }) => `${node} ${what}`);
  return { ...memory, ticket, now, said };
}

const all = (...kinds: readonly string[]) => kinds.flatMap((what) => ['n1', 'n2', 'n3'].map((id) => `${id} ${what}`));

describe('the restart of a whole cluster', () => {
  it('is of all brokers at once, which must run', async () => {
    const { ticket } = await planned({ stop_signal: 'SIGKILL', down_seconds: 0 });
    expect(ticket).toMatchObject({ injector: 'sigkill', targets: ['n1', 'n2', 'n3'] });
    expect(ticket.before['restart']).toMatchObject({ batches: [['n1', 'n2', 'n3']], downMs: 0 });
    const dead = memoryCluster({ nodes: nodes.map((node) => ({ ...node, alive: node.id !== 'n2' })) });
    expect(await errorOf(fault.plan({ ...scenario, params: {} }, dead.cluster))).toMatch(/^INJECT_FAILED expected n1/);
  });

  it('starts no broker before all are gone', async () => {
    const { ticket, cluster, done, said } = await planned({ down_seconds: 0 });
    await fault.inject(ticket, cluster);
    expect(said()).toEqual(all('asked', 'ended', 'down', 'started', 'whole'));
    expect(done).toEqual(['start n1', 'start n2', 'start n3']);
  });

  it('goes on where a worker died in the middle of it, and does nothing twice', async () => {
    const { ticket, cluster, said, now, done } = await planned({ down_seconds: 0 });
    const step = { process: deadProcess(), at: '', us: monotonicUs() };
    const noted = (['asked', 'ended', 'down'] as const).flatMap((what) =>
      ['n1', 'n2', 'n3'].map((node) => ({ ...step, node, what })),
    );
    writeTicket({ ...ticket, steps: [...noted, { ...step, node: 'n1', what: 'started' }] });
    await fault.inject(now(), cluster);
    expect(said()).toEqual(all('asked', 'ended', 'down', 'started', 'whole'));
    expect(done).toEqual(['start n2', 'start n3']);
    await fault.inject(now(), cluster);
    expect(done).toHaveLength(2);
  });

  it('starts none where one does not end, so that its end is never seen', async () => {
    const { ticket, cluster, done, said } = await planned({ down_seconds: 0 }, { deadlineUs: monotonicUs() + 200_000 });
    const restart = ticket.before['restart'] as BeforeRestart;
    const stays = { ...(restart.victims['n2'] as BeforeRestart['victims'][string]), process: ownIdentity() };
    // A signal that ends nobody.
    const before = { restart: { ...restart, signal: 'SIGCONT', victims: { ...restart.victims, n2: stays } } };
    writeTicket({ ...ticket, before });
    await fault.inject({ ...ticket, before }, cluster);
    expect(said()).toEqual([...all('asked'), 'n1 ended', 'n3 ended']);
    expect(done).toEqual([]);
  });

  it('that does not fit into its window is refused before anything is done', async () => {
    const { ticket, cluster, said } = await planned({ down_seconds: 61 });
    expect(await errorOf(fault.inject(ticket, cluster))).toMatch(
      /^INJECT_FAILED expected time for 61 s of down_seconds, \d+ s are left .* raise timing\.fault_window_seconds/,
    );
    expect(said()).toEqual([]);
  });

  it('that is over, or was never begun, is recovered by starting what is down', async () => {
    const { ticket, cluster, done } = await planned();
    expect(await fault.recover(ticket, cluster, 1000)).toMatchObject([{ ok: true }]);
    expect(done).toEqual(['start n1', 'start n2', 'start n3']);
    expect(await fault.isInForce(ticket, cluster)).toBe(false);
    expect(fault.intendedDown?.(ticket)).toEqual([]);
  });
});
