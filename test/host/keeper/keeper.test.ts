import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { faults } from '../../../src/host/faults/index.js';
import { confirmKeeper, ensureKeeper, keeperOf, reviveKeepers } from '../../../src/host/keeper/control.js';
import { claimCluster } from '../../../src/host/tickets/claim.js';
import { clusterPaths } from '../../../src/host/layout/paths.js';
import { withLock } from '../../../src/host/os/lock.js';
import { readLease, writeLease } from '../../../src/host/tickets/lease.js';
import { isAlive, signalProcess, waitGone, type ProcessId } from '../../../src/host/os/processes.js';
import { stepOf } from '../../../src/host/tickets/steps.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import type { Scenario } from '../../../src/domain/scenario.js';
import {
  delayOf,
  driver,
  healthy,
  killOf,
  startCluster,
  unproved,
  type TestCluster,
} from '../../../testing/host-cluster.js';
import { workerKilledAt } from '../../../testing/killed-worker.js';
import { fixture, ownedBy, shell, until } from '../../../testing/processes.js';

let cluster: TestCluster;
let keeper: ProcessId;
beforeAll(async () => {
  cluster = await startCluster(1);
  lease(60_000);
  keeper = await ensureKeeper(cluster.dir);
});

const lease = (leaseMs: number): void => {
  writeLease(cluster.dir, { cluster: 'test', driver: 'nats', runId: 'run-1', leaseMs });
};
const keepers = () => ownedBy(`${cluster.dir}#keeper`);

/** A fault that is on, and whose deadline is so many milliseconds away; nobody renews it. */
async function injected(scenario: Scenario, deadlineMs: number): Promise<string> {
  const { faultId } = await planFault(faults, cluster.plan, { scenario }, driver);
  const ticket = await injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
  writeTicket({ ...ticket, deadlineUs: monotonicUs() + deadlineMs * 1000 });
  return faultId;
}

const stateOf = (faultId: string) => readTicket(cluster.dir, faultId)?.state;

describe('the keeper', () => {
  it('is one, however many ask for it at once', async () => {
    const asked = await Promise.all([1, 2, 3].map(() => ensureKeeper(cluster.dir)));
    expect(asked).toEqual([keeper, keeper, keeper]);
    expect(keepers()).toEqual([keeper]);
  });

  it.each([
    ['a delay', delayOf(40)],
    ['a kill', killOf('follower')],
  ])('recovers %s past its deadline, with proof, when nobody else does', async (_what, scenario) => {
    const faultId = await injected(scenario, 300);
    await until('the keeper recovers it', () => stateOf(faultId) === 'recovered', 25_000);
    const ticket = readTicket(cluster.dir, faultId);
    expect(ticket).toMatchObject({ recoveredBy: 'keeper', lastRecoverError: null });
    expect(ticket?.recoveredUs).toBeGreaterThan(ticket?.deadlineUs as number);
    expect(unproved(ticket?.healed ?? [])).toEqual([]);
    await healthy(cluster);
    expect(await driver.network(cluster.dir)?.proxies?.active()).toEqual([]);
  });

  it('starts the broker that a worker had asked to end before it was killed', async () => {
    const restart = { ...killOf('follower'), fault: 'broker-restart', params: { down_seconds: 40 } };
    const planned = await planFault(faults, cluster.plan, { scenario: restart }, driver);
    await workerKilledAt(planned, 'ended');
    expect(await driver.status(cluster.dir)).toBe('degraded');
    const begun = readTicket(cluster.dir, planned.faultId) ?? planned;
    expect(stepOf(begun, 'n1', 'started')).toBeUndefined();
    writeTicket({ ...begun, deadlineUs: monotonicUs() });
    await until('the keeper recovers it', () => stateOf(planned.faultId) === 'recovered', 25_000);
    const ticket = readTicket(cluster.dir, planned.faultId);
    expect(ticket).toMatchObject({ recoveredBy: 'keeper', lastRecoverError: null, died: [] });
    expect(unproved(ticket?.healed ?? [])).toEqual([]);
    expect(await driver.status(cluster.dir)).toBe('running');
  });

  it('ends who holds the ticket of an overdue fault and stands stopped: the fault does not last as long as that', async () => {
    const faultId = await injected(delayOf(40), 1000);
    const { child } = fixture('lock-holder.mjs', [clusterPaths(cluster.dir).ticketLock(faultId)]);
    const ended = once(child, 'exit');
    await until('somebody has the ticket', () => existsSync(`${clusterPaths(cluster.dir).ticketLock(faultId)}.held`));
    child.kill('SIGSTOP');
    await until('the keeper recovers the fault', () => stateOf(faultId) === 'recovered', 20_000);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(await driver.network(cluster.dir)?.proxies?.active()).toEqual([]);
  });

  it('leaves a fault alone whose deadline is still to come', async () => {
    const early = await injected(delayOf(40), 60_000);
    const due = await injected(delayOf(41), 0);
    // Both delays are the same toxics: that the later one is recovered shows that the keeper has looked at each.
    await until('the due one is recovered', () => stateOf(due) === 'recovered');
    expect(stateOf(early)).toBe('injected');
    writeTicket({ ...(readTicket(cluster.dir, early) as NonNullable<ReturnType<typeof readTicket>>), deadlineUs: 0 });
    await until('then the other', () => stateOf(early) === 'recovered');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('does not go for a %s', async (signal) => {
    signalProcess(keeper, signal);
    await until('it says so', () =>
      readFileSync(join(cluster.dir, 'keeper.log'), 'utf8').includes(`${signal} ignored`),
    );
    expect(isAlive(keeper)).toBe(true);
  });

  it('that was killed is replaced by whoever comes first, and the new one recovers what fell due meanwhile', async () => {
    signalProcess(keeper, 'SIGKILL');
    expect(await waitGone(keeper, 5000)).toBe(true);
    expect(keeperOf(cluster.dir)).toBeUndefined();
    const faultId = await injected(delayOf(40), 0);
    await reviveKeepers(cluster.root);
    const next = keeperOf(cluster.dir) as ProcessId;
    expect(next.pid).not.toBe(keeper.pid);
    await until('it recovers the fault', () => stateOf(faultId) === 'recovered');
    keeper = next;
  });

  it('stops everything when the lease ends: brokers, proxies, clients, open faults, and itself', async () => {
    const faultId = await injected(killOf('follower'), 60_000);
    const client = await shell(cluster.root, 'exec sleep 60', `${cluster.dir}#clients-control`);
    lease(2000);
    await until('the keeper has gone', () => !isAlive(keeper), 20_000);
    expect(isAlive(client)).toBe(false);
    expect(ownedBy(cluster.root)).toEqual([]);
    expect(await driver.status(cluster.dir)).toBe('stopped');
    expect(readLease(cluster.dir)).toBeUndefined();
    expect(existsSync(join(cluster.dir, 'keeper.json'))).toBe(false);
    const ticket = readTicket(cluster.dir, faultId);
    expect(ticket).toMatchObject({ state: 'recovered', recoveredBy: 'keeper' });
    expect(ticket?.healed[0]?.observed).toBe('stopped');
  });

  it('does not end a lease that it has not judged: a run that comes while it stops the cluster has its own', async () => {
    lease(60_000);
    keeper = await ensureKeeper(cluster.dir);
    let free = (): void => undefined;
    const busy = new Promise<void>((resolve) => (free = resolve));
    // Whoever stops the cluster has to wait for this.
    const operation = withLock(join(cluster.dir, 'operation.lock'), 5000, () => busy);
    lease(0);
    const said = (text: string): number => readFileSync(join(cluster.dir, 'keeper.log'), 'utf8').split(text).length;
    // Either of the two may get the lock first.
    const ends = (): number => said('cluster stopped') + said('somebody else has the cluster by now');
    const before = { judged: said('lease of run run-1 is over'), done: ends() };
    await until('the keeper has judged the lease', () => said('lease of run run-1 is over') > before.judged);
    const next = { cluster: 'test', driver: 'nats', runId: 'run-2', leaseMs: 60_000 };
    const claimed = claimCluster(cluster.dir, next, () => driver.stop(cluster.dir));
    free();
    await operation;
    const claim = await claimed;
    await until('the keeper is done with what it has judged', () => ends() > before.done);
    keeper = await ensureKeeper(cluster.dir);
    expect(readLease(cluster.dir)).toMatchObject({ runId: 'run-2', claim });
    expect(isAlive(keeper)).toBe(true);
    writeLease(cluster.dir, { ...next, leaseMs: 0, claim });
    await until('the keeper has gone', () => !isAlive(keeper), 20_000);
    expect(readLease(cluster.dir)).toBeUndefined();
  });

  it('is not started for a cluster without a lease', async () => {
    await reviveKeepers(cluster.root);
    expect(keepers()).toEqual([]);
  });
});
