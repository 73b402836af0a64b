import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/domain/scenario.js';
import { faults } from '../../../src/host/faults/index.js';
import { leftOn } from '../../../src/host/faults/without-power.js';
import { confirmKeeper, ensureKeeper } from '../../../src/host/keeper/control.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { holdFault, observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { clusterPaths } from '../../../src/host/layout/paths.js';
import { trialWrite } from '../../../src/host/os/full-disk.js';
import { isShutDown, mountsUnder, shutDown } from '../../../src/host/os/loop-disks.js';
import { sweepOwned } from '../../../src/host/os/processes.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { driver, healthy, killOf, startCluster, unproved, type TestCluster } from '../../../testing/host-cluster.js';
import { keptMessages, storeMessages } from '../../../testing/kept-messages.js';
import { workerKilledAt } from '../../../testing/killed-worker.js';
import { canMountDisks } from '../../../testing/loop-disks.js';
import { until } from '../../../testing/processes.js';

// The faults of disks, power-loss and disk-full, on real clusters whose nodes have disks.

const MESSAGES = 500;

let cluster: TestCluster;
const handle = (faultId: string) => ({ faults, clusterDir: cluster.dir, faultId, driver });
const mounts = (): string[] => mountsUnder(cluster.dir).map(({ folder }) => folder);
const ticketNow = ({ faultId }: FaultTicket): FaultTicket => readTicket(cluster.dir, faultId)!;

async function planned(fault: string, params: Scenario['params']): Promise<FaultTicket> {
  const scenario = { ...killOf('follower'), name: fault, fault, params };
  await faults.find(({ kind }) => kind === fault)?.prepare?.(scenario, { dir: cluster.dir, driver });
  const ticket = await planFault(faults, cluster.plan, { scenario }, driver);
  expect((await observeFault(handle(ticket.faultId), 0)).observed).toBe(false);
  return ticket;
}

/** The keeper has read the ticket: nothing waits between what is stored and its loss. */
async function injected({ faultId }: FaultTicket): Promise<void> {
  await injectFault(handle(faultId), () => Promise.resolve());
  const { observed, bite } = await observeFault(handle(faultId), 20_000);
  expect(unproved(bite)).toEqual([]);
  expect(observed).toBe(true);
  expect(await holdFault(handle(faultId), 0)).toBe(false);
}

async function recovered({ faultId }: FaultTicket): Promise<void> {
  const closed = await recoverTicket(handle(faultId), 'workflow', 60_000);
  expect(unproved(closed.healed)).toEqual([]);
  expect(closed.died).toEqual([]);
  await healthy(cluster);
}

async function endedByKeeper(ticket: FaultTicket): Promise<void> {
  writeTicket({ ...ticketNow(ticket), deadlineUs: 0 });
  await until('the keeper ends it', () => ticketNow(ticket).state === 'recovered', 60_000);
  expect(ticketNow(ticket).recoveredBy).toBe('keeper');
  expect(unproved(ticketNow(ticket).healed)).toEqual([]);
  await healthy(cluster);
}

async function startWith(params: Scenario['params'], nodes: number): Promise<void> {
  cluster = await startCluster(
    nodes,
    'proxies',
    faults.find(({ kind }) => kind === 'power-loss')!.startedWith!(params),
  );
  expect(mounts()).toHaveLength(nodes);
  await ensureKeeper(cluster.dir);
}

describe.runIf(canMountDisks)('three nodes with disks', () => {
  beforeAll(() => startWith({}, 3));

  it('that all lose their power have lost what was acknowledged and not synced', async () => {
    const ticket = await planned('power-loss', { nodes: 'all' });
    await confirmKeeper(cluster.dir, ticket.faultId);
    await storeMessages(cluster.dir, 'n1', MESSAGES);
    await injected(ticket);
    for (const id of ['n1', 'n2', 'n3']) {
      expect(leftOn(ticket, id)).toMatchObject({ synced: true, notSynced: false });
      expect(leftOn(ticket, id)?.bytesGone).toBeGreaterThan(0);
    }
    await recovered(ticket);
    expect(await keptMessages(cluster.dir, 'n1')).toBeLessThan(MESSAGES);
  });

  it('of which one has lost its power, and the worker that took it is dead, are made whole by the keeper', async () => {
    const ticket = await planned('power-loss', {});
    await workerKilledAt(ticket, 'died');
    await injected(ticket);
    await endedByKeeper(ticket);
  });

  it('of which one was left without power half way are made whole by the keeper', async () => {
    const ticket = await planned('power-loss', { victim: 'follower' });
    const [victim = ''] = ticket.targets;
    const { disk } = (await driver.nodes(cluster.dir)).find(({ id }) => id === victim)!;
    writeTicket({ ...ticket, state: 'injecting', injectedAt: ticket.plannedAt, injectedUs: ticket.plannedUs });
    await driver.killNode(cluster.dir, victim);
    await shutDown([join(disk!.folder, 'data')]);
    await endedByKeeper(ticket);
    expect(isShutDown(disk!.folder)).toBe(false);
  });

  it('of which one has no room on its disk are seen, held and made whole, and by the keeper if nobody else does it', async () => {
    for (const end of [recovered, endedByKeeper]) {
      const ticket = await planned('disk-full', { victim: 'follower' });
      const { folder } = ticket.before['disk'] as { folder: string };
      await confirmKeeper(cluster.dir, ticket.faultId);
      await injected(ticket);
      expect(trialWrite(folder)).toBe('ENOSPC');
      await end(ticket);
      expect(trialWrite(folder)).toBe('written');
    }
  });

  it('that were never hit are recovered with proof', async () => {
    for (const fault of ['power-loss', 'disk-full']) await recovered(await planned(fault, {}));
  });

  it('leave no mount behind when everything is killed and the cluster is stopped by the next who comes', async () => {
    const ticket = await planned('power-loss', { nodes: 'majority' });
    await confirmKeeper(cluster.dir, ticket.faultId);
    await injected(ticket);
    await sweepOwned((owner) => owner.startsWith(cluster.dir));
    expect(mounts()).toHaveLength(3);
    await driver.stop(cluster.dir);
    expect(mounts()).toEqual([]);
    expect(existsSync(clusterPaths(cluster.dir).disks)).toBe(false);
    expect((await recoverTicket(handle(ticket.faultId), 'command', 1000)).healed).toMatchObject([{ ok: true }]);
    rmSync(clusterPaths(cluster.dir).lease);
  });
});

describe.runIf(canMountDisks)('the control', () => {
  beforeAll(() => startWith({ sync: 'always' }, 1));

  it('a broker that syncs what it acknowledges has lost nothing', async () => {
    const ticket = await planned('power-loss', { nodes: 'all', sync: 'always' });
    await confirmKeeper(cluster.dir, ticket.faultId);
    await storeMessages(cluster.dir, 'n1', MESSAGES);
    await injected(ticket);
    await recovered(ticket);
    expect(await keptMessages(cluster.dir, 'n1')).toBe(MESSAGES);
  });
});
