import { beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/domain/scenario.js';
import { faults } from '../../../src/host/faults/index.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { holdFault, observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { driver, healthy, killOf, startCluster, unproved, type TestCluster } from '../../../testing/host-cluster.js';
import { workerKilledAt } from '../../../testing/killed-worker.js';

// Every fault that stops brokers and starts them again by itself, on one real cluster.

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});

const handle = (faultId: string) => ({ faults, clusterDir: cluster.dir, faultId, driver });
const pids = async () => (await driver.nodes(cluster.dir)).map(({ process }) => process?.pid);

async function planned(fault: string, params: Scenario['params']): Promise<FaultTicket> {
  const scenario = { ...killOf('follower'), name: fault, fault, params };
  await faults.find(({ kind }) => kind === fault)?.prepare?.(scenario, { dir: cluster.dir, driver });
  const ticket = await planFault(faults, cluster.plan, { scenario }, driver);
  expect((await observeFault(handle(ticket.faultId), 0)).observed).toBe(false);
  return ticket;
}

/** Injects it, or goes on with it; it is seen, it holds, and it is over. */
async function goneThrough({ faultId, targets }: FaultTicket, before: readonly unknown[]): Promise<FaultTicket> {
  await injectFault(handle(faultId), confirmKeeper);
  const { observed, bite } = await observeFault(handle(faultId), 20_000);
  expect(unproved(bite)).toEqual([]);
  expect(observed).toBe(true);
  expect(await holdFault(handle(faultId), 0)).toBe(false);
  const closed = await recoverTicket(handle(faultId), 'workflow', 60_000);
  expect(unproved(closed.healed)).toEqual([]);
  expect(closed.died).toEqual([]);
  await healthy(cluster);
  expect((await pids()).filter((pid, i) => pid !== before[i])).toHaveLength(targets.length);
  return closed;
}

describe('on a cluster of three,', () => {
  it('every broker is restarted in turn, the leader last, and each when the cluster is whole with the one before', async () => {
    const before = await pids();
    const ticket = await planned('broker-restart', { rolling: true, down_seconds: 0 });
    expect(ticket.targets).toHaveLength(3);
    expect(ticket.targets.at(-1)).toBe((await driver.leaders(cluster.dir)).cluster.leader);
    const { steps = [] } = await goneThrough(ticket, before);
    const each = ['asked', 'ended', 'down', 'started', 'whole'];
    expect(steps.map(({ node, what }) => `${node} ${what}`)).toEqual(
      ticket.targets.flatMap((id) => each.map((what) => `${id} ${what}`)),
    );
  });

  it('the leader is killed again whenever it is up, and others have taken over', async () => {
    const before = await pids();
    const ticket = await planned('broker-crash-loop', { victim: 'leader', times: 3 });
    await workerKilledAt(ticket, 'up');
    const { steps = [] } = await goneThrough(ticket, before);
    const deaths = steps.filter(({ what }) => what === 'died').map(({ process }) => process.pid);
    expect(new Set(deaths).size).toBe(3);
  });

  it('all brokers are down at once and come back, also if the worker is killed while they are down', async () => {
    const before = await pids();
    const ticket = await planned('cluster-restart', { down_seconds: 3 });
    await workerKilledAt(ticket, 'ended');
    expect((await driver.nodes(cluster.dir)).filter(({ alive }) => alive)).toEqual([]);
    await goneThrough(ticket, before);
  });
});
