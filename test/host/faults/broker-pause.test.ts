import { beforeAll, describe, expect, it } from 'vitest';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { faults } from '../../../src/host/faults/index.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { isAlive, isStopped, signalProcess, waitGone, type ProcessId } from '../../../src/host/os/processes.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import { driver, healthy, pauseOf, startCluster, unproved, type TestCluster } from '../../../testing/host-cluster.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});

const plan = (victim: 'follower' | 'leader', target?: string) =>
  planFault(faults, cluster.plan, { scenario: pauseOf(victim, target) }, driver);
const inject = (faultId: string) => injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
const observe = (faultId: string, limitMs = 20_000) =>
  observeFault({ faults, clusterDir: cluster.dir, faultId, driver }, limitMs);
const recover = (faultId: string) => recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'workflow', 30_000);
const processIn = ({ before }: FaultTicket) => before['process'] as ProcessId;

describe('a paused broker', () => {
  it.each(['follower', 'leader'] as const)(
    'that is the %s is silent and stopped, its leaderships go elsewhere, and afterwards the same process runs on',
    async (victim) => {
      const ticket = await plan(victim);
      expect((await observe(ticket.faultId, 0)).observed).toBe(false);
      await inject(ticket.faultId);
      const { observed, bite, leaders } = await observe(ticket.faultId);
      expect(unproved(bite)).toEqual([]);
      expect(observed).toBe(true);
      expect(leaders.length > 0).toBe(victim === 'leader');
      const closed = await recover(ticket.faultId);
      expect(unproved(closed.healed)).toEqual([]);
      expect(isAlive(processIn(ticket))).toBe(true);
      expect(isStopped(processIn(ticket))).toBe(false);
      await healthy(cluster);
    },
  );

  it('that was never paused is recovered with proof, also twice', async () => {
    const { faultId } = await plan('follower');
    const closed = await recover(faultId);
    expect(unproved(closed.healed)).toEqual([]);
    expect(await recover(faultId)).toEqual(closed);
  });

  it('is paused by the next worker when the first one died in the middle, and recovered once', async () => {
    const ticket = await plan('follower', 'n3');
    writeTicket({ ...ticket, state: 'injecting', injectedAt: '2026-11-22T12:00:00.000Z', injectedUs: 1 });
    signalProcess(processIn(ticket), 'SIGSTOP');
    expect(await inject(ticket.faultId)).toMatchObject({ state: 'injected' });
    expect(isStopped(processIn(ticket))).toBe(true);
    await recover(ticket.faultId);
    expect(isStopped(processIn(ticket))).toBe(false);
  });

  it('that is killed while it is paused is started again by the recovery', async () => {
    const ticket = await plan('follower', 'n3');
    await inject(ticket.faultId);
    signalProcess(processIn(ticket), 'SIGKILL');
    expect(await waitGone(processIn(ticket), 5000)).toBe(true);
    const closed = await recover(ticket.faultId);
    expect(unproved(closed.healed)).toEqual([]);
    await healthy(cluster);
  });

  it('does not keep a cluster from being stopped', async () => {
    const ticket = await plan('follower', 'n2');
    await inject(ticket.faultId);
    await driver.stop(cluster.dir);
    expect(isAlive(processIn(ticket))).toBe(false);
    expect((await recover(ticket.faultId)).healed[0]).toMatchObject({ observed: 'stopped', ok: true });
  });
});
