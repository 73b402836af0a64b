import { beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/host/faults/contract.js';
import { checkScenario } from '../../../src/host/lifecycle/plan.js';
import { markDirty } from '../../../src/host/tickets/dirty-mark.js';
import { listTickets } from '../../../src/host/tickets/store.js';
import { driver, fakeFault, inject, newPlace, place, planned, runPlan } from '../../../testing/fake-fault.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';

beforeEach(newPlace);

describe('a ticket', () => {
  it('is not written for a fault that cannot be done here', async () => {
    const { fault } = fakeFault({ available: () => Promise.resolve('no network of ours') });
    expect(await errorOf(planned(fault))).toMatch(/INJECT_FAILED broker-kill cannot be done here: no network of ours/);
    expect(listTickets(place.dir)).toEqual([]);
  });

  it('is not written for a fault that no cluster of this host can have, whatever its target', async () => {
    const { fault } = fakeFault({ hostProblem: () => 'no control groups; install them' });
    expect(await errorOf(planned(fault))).toMatch(
      /INJECT_FAILED broker-kill cannot be done on this host: no control groups; install them/,
    );
    expect(listTickets(place.dir)).toEqual([]);
    const possible = { ...fault, hostProblem: () => undefined };
    expect(await planned(possible)).toMatchObject({ state: 'planned' });
  });

  it('is renewed by a worker that comes after one that died: a scenario never has two', async () => {
    const { fault } = fakeFault();
    const first = await planned(fault);
    const again = await planned(fault);
    expect(again.faultId).toBe(first.faultId);
    expect(again.plannedUs).toBeGreaterThan(first.plannedUs);
    expect(listTickets(place.dir)).toHaveLength(1);
    await inject(fault, first.faultId);
    expect((await planned(fault)).faultId).not.toBe(first.faultId);
  });

  it('is not written by an attempt after which a later one has begun the fault', async () => {
    let decide = (): void => undefined;
    const decided = new Promise<void>((resolve) => (decide = resolve));
    const { fault } = fakeFault();
    const slow: Fault = { ...fault, plan: (scenario, cluster) => decided.then(() => fault.plan(scenario, cluster)) };
    const stale = errorOf(planned(slow));
    const { faultId } = await planned(fault);
    await inject(fault, faultId);
    decide();
    expect(await stale).toMatch(new RegExp(`^SUPERSEDED .*kill-leader.*${faultId}`));
    expect(listTickets(place.dir).map((ticket) => ticket.faultId)).toEqual([faultId]);
  });

  it('has its deadline after the fault period and the grace, and a hard cap one more grace later', async () => {
    const { timing } = runPlan();
    const { plannedUs, deadlineUs, hardCapUs } = await planned(fakeFault().fault);
    expect(deadlineUs - plannedUs).toBe((timing.faultWindowMs + timing.faultGraceMs) * 1000);
    expect(hardCapUs - deadlineUs).toBe(timing.faultGraceMs * 1000);
  });

  it('is not written on a dirty cluster, and the error says which fault made it so', async () => {
    markDirty(place.dir, { faultId: 'f0', runId: 'run-0', at: '2026-11-22T12:00:00.000Z', why: 'n1 is not back' });
    expect(await errorOf(planned(fakeFault().fault))).toMatch(
      /INJECT_FAILED .*dirty.* f0 of run run-0 .*n1 is not back/,
    );
    expect(listTickets(place.dir)).toEqual([]);
  });
});

describe('a target', () => {
  const { fault } = fakeFault();
  const known = { brokers: ['n1', 'n2'], interfaces: ['lo'] };

  it('of a broker fault is a broker, of a network fault an interface', () => {
    expect(() => checkScenario(fault, killOf('leader', 'n2'), known, driver)).not.toThrow();
    expect(() => checkScenario(fault, killOf('leader', 'lo'), known, driver)).toThrow(
      /expected a target of n1, n2, got lo$/,
    );
    const network: Fault = { ...fault, targetKind: 'interface' };
    expect(() => checkScenario(network, killOf('leader', 'lo'), known, driver)).not.toThrow();
    expect(() => checkScenario(network, killOf('leader', 'n2'), known, driver)).toThrow(
      /expected a target of lo, got n2; this host has /,
    );
  });

  it('of a fault that needs a cluster which the driver cannot start is refused, whatever else there is', () => {
    const needy: Fault = { ...fault, startedWith: () => ({ disks: 'ext4' }), hostProblem: () => undefined };
    const plain = { name: 'plain' };
    expect(() => checkScenario(needy, killOf('leader', 'n2'), known, driver)).not.toThrow();
    expect(() => checkScenario(needy, killOf('leader', 'n2'), known, plain)).toThrow(
      /cannot be done on this host: driver plain cannot start a disk for each node/,
    );
  });
});
