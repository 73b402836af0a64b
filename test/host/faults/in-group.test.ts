import { existsSync, mkdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/domain/scenario.js';
import { faults } from '../../../src/host/faults/index.js';
import { groupOf } from '../../../src/host/faults/in-group.js';
import { beforeOf } from '../../../src/host/faults/victim.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { holdFault, observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { membersOf } from '../../../src/host/os/cgroups.js';
import { openFilesLimit } from '../../../src/host/os/open-files.js';
import { isAlive } from '../../../src/host/os/processes.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { canLimit } from '../../../testing/cgroups.js';
import {
  driver,
  healthy,
  resourceOf,
  startCluster,
  unproved,
  type TestCluster,
} from '../../../testing/host-cluster.js';
import { until } from '../../../testing/processes.js';
import { steadyLoad } from '../../../testing/steady-load.js';

// The faults of resources on one real cluster.

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(1);
});
let load: Awaited<ReturnType<typeof steadyLoad>> | undefined;
afterEach(() => load?.end());

const planned: FaultTicket[] = [];
const plan = async (scenario: Scenario): Promise<FaultTicket> => {
  const ticket = await planFault(faults, cluster.plan, { scenario }, driver);
  planned.push(ticket);
  return ticket;
};
const handle = (faultId: string) => ({ faults, clusterDir: cluster.dir, faultId, driver });
const inject = (faultId: string) => injectFault(handle(faultId), confirmKeeper);
const observe = (faultId: string, limitMs = 30_000) => observeFault(handle(faultId), limitMs);
const recover = (faultId: string) => recoverTicket(handle(faultId), 'workflow', 30_000);
const endpointOf = async (id: string): Promise<string> =>
  (await driver.nodes(cluster.dir)).find((node) => node.id === id)!.clientEndpoint;
/** Load on the node that the fault hits, so that it needs what it does not get. */
const loaded = async (bytes: number): Promise<void> => {
  load = await steadyLoad(cluster.dir, await endpointOf('n1'), bytes);
};
const softLimit = ({ before }: FaultTicket): string => (before['openFiles'] as { soft: string }).soft;

const fds = resourceOf('fd-limit', {});
const cpu = resourceOf('cpu-starved', { cpu_percent: 1 });
const memory = resourceOf('memory-limit', { spare_mb: 1 });

afterAll(() => {
  expect(planned.filter((ticket) => ticket.injector === 'cgroup' && existsSync(groupOf(ticket)))).toEqual([]);
});

describe('a broker', () => {
  it.runIf(canLimit).each([
    ['of whose limit of open files two are left', resourceOf('fd-limit', { spare: 2 }), 0],
    ['that gets one percent of a processor', cpu, 100],
  ])('%s is seen to be hit, held, and proved to be as before, twice', async (_what, scenario, bytes) => {
    // A broker that is busy with its store while it can open nothing stays sick.
    for (const _time of ['once', 'again']) {
      const ticket = await plan(scenario);
      const { faultId } = ticket;
      if (bytes > 0) await loaded(bytes);
      expect((await observe(faultId, 0)).observed).toBe(false);
      await inject(faultId);
      const { observed, bite } = await observe(faultId);
      expect(unproved(bite)).toEqual([]);
      expect(observed).toBe(true);
      expect(await holdFault(handle(faultId), 1)).toBe(false);
      load?.end();
      const closed = await recover(faultId);
      expect(unproved(closed.healed)).toEqual([]);
      expect(closed.died).toEqual([]);
      expect(await recover(faultId)).toEqual(closed);
      expect((await observe(faultId, 0)).observed).toBe(false);
      expect(isAlive(beforeOf(ticket).process)).toBe(true);
    }
  });

  it.runIf(canLimit)(
    'that the kernel kills for want of memory was killed by the fault, and is started again',
    async () => {
      const ticket = await plan(memory);
      const { faultId } = ticket;
      expect((await observe(faultId, 0)).observed).toBe(false);
      await inject(faultId);
      await loaded(100_000);
      await until('the kernel kills it', () => !isAlive(beforeOf(ticket).process), 60_000);
      const { observed, bite } = await observe(faultId);
      expect(unproved(bite)).toEqual([]);
      expect(observed).toBe(true);
      expect(bite[0]?.observed).toContain('killed');
      expect(await holdFault(handle(faultId), 1)).toBe(false);
      load?.end();
      const closed = await recover(faultId);
      expect(unproved(closed.healed)).toEqual([]);
      // Nothing died by itself.
      expect(closed.died).toEqual([]);
      await healthy(cluster);
    },
  );

  it.runIf(canLimit)('that was never hit is recovered with proof', async () => {
    for (const scenario of [fds, cpu, memory]) {
      const { faultId } = await plan(scenario);
      expect(unproved((await recover(faultId)).healed)).toEqual([]);
    }
  });

  it.runIf(canLimit)('is hit by the next worker when the first one died in the middle', async () => {
    const ticket = await plan(cpu);
    writeTicket({ ...ticket, state: 'injecting', injectedAt: '2026-11-22T12:00:00.000Z', injectedUs: 1 });
    mkdirSync(groupOf(ticket));
    await inject(ticket.faultId);
    expect(membersOf(groupOf(ticket))).toEqual([beforeOf(ticket).process.pid]);
    expect(await holdFault(handle(ticket.faultId), 1)).toBe(false);
    // Killed meanwhile by somebody else: it has died.
    await driver.killNode(cluster.dir, 'n1');
    expect(await holdFault(handle(ticket.faultId), 60_000)).toBe(true);
    const closed = await recover(ticket.faultId);
    expect(unproved(closed.healed)).toEqual([]);
    expect(closed.died).toEqual(['n1']);
  });

  it.runIf(canLimit)('is let go by the keeper at the deadline, when nobody else lives', async () => {
    // With room for whoever looks whether the broker is healthy, while the others are still in force.
    const lower = resourceOf('fd-limit', { spare: 100 });
    const tickets: FaultTicket[] = [];
    for (const scenario of [lower, cpu, memory]) tickets.push(await plan(scenario));
    for (const { faultId } of tickets) await inject(faultId);
    const first = tickets[0]!;
    const { process } = beforeOf(first);
    expect(openFilesLimit(process)?.soft).not.toBe(softLimit(first));
    for (const { faultId } of tickets) writeTicket({ ...readTicket(cluster.dir, faultId)!, deadlineUs: 0 });
    const now = () => tickets.map(({ faultId }) => readTicket(cluster.dir, faultId)!);
    await until('the keeper ends all', () => now().every(({ state }) => state === 'recovered'), 60_000);
    expect(now().map(({ recoveredBy }) => recoveredBy)).toEqual(['keeper', 'keeper', 'keeper']);
    expect(now().flatMap(({ healed }) => unproved(healed))).toEqual([]);
    expect(openFilesLimit(process)?.soft).toBe(softLimit(first));
    expect(isAlive(process)).toBe(true);
  });

  it.runIf(canLimit)('that was stopped with its cluster leaves nothing behind', async () => {
    const ticket = await plan(cpu);
    const limited = await plan(fds);
    await inject(ticket.faultId);
    await inject(limited.faultId);
    await driver.stop(cluster.dir);
    expect(existsSync(groupOf(ticket))).toBe(true);
    expect(unproved((await recover(ticket.faultId)).healed)).toEqual([]);
    expect(existsSync(groupOf(ticket))).toBe(false);
    expect((await recover(limited.faultId)).healed[0]).toMatchObject({ observed: 'stopped', ok: true });
  });
});
