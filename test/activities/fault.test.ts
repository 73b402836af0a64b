import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createFaultActivities } from '../../src/activities/fault.js';
import { ChaosError } from '../../src/domain/errors.js';
import type { RunPlan, RunRef } from '../../src/domain/plan.js';
import { rehearsalDriver } from '../../src/host/drivers/rehearsal.js';
import type { Fault } from '../../src/host/faults/contract.js';
import { clusterPaths } from '../../src/host/layout/paths.js';
import { monotonicUs } from '../../src/host/os/clock.js';
import { writeJson } from '../../src/host/os/files.js';
import { ownVersion } from '../../src/host/os/versions.js';
import { ownIdentity } from '../../src/host/os/processes.js';
import { createAwareness } from '../../src/host/tickets/awareness.js';
import { openTickets, readTicket } from '../../src/host/tickets/store.js';
import type { FaultTicket } from '../../src/host/tickets/ticket.js';
import { activityEnvironment, perform, plannedRun } from '../../testing/activities.js';
import { killOf } from '../../testing/host-cluster.js';
import { temporaryFolder } from '../../testing/processes.js';

let plan: RunPlan;
let run: RunRef;
beforeEach(() => {
  const timing = { healWaitMs: 1, faultWindowMs: 100, faultGraceMs: 60_000, leadInMs: 1, recoveryBudgetMs: 1000 };
  const limits = { observeBudgetMs: 60_000, clientLimitMs: 1, leaseMs: 60_000 };
  ({ plan, run } = plannedRun(temporaryFolder(), { timing: { ...timing, ...limits } }));
  const targets = { brokers: ['robustmq-server'], interfaces: [] };
  vi.spyOn(rehearsalDriver, 'targets').mockResolvedValue(targets);
  vi.spyOn(rehearsalDriver, 'status').mockResolvedValue('running');
});
afterEach(() => vi.restoreAllMocks());

const scenario = killOf('leader');
const proof = [{ what: 'cluster', expected: 'every node in', observed: 'every node in', ok: true }];

/** A fault that touches nothing, but for what is given instead. */
const faultWith = (change: Partial<Fault> = {}): Fault => ({
  kind: 'broker-kill',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  about: { does: '', needs: '', bites: '', over: '', survives: '' },
  params: z.record(z.string(), z.unknown()),
  available: () => Promise.resolve(undefined),
  plan: () => Promise.resolve({ targets: ['n1', 'n2'], injector: 'fake', reason: 'because', before: {} }),
  inject: () => Promise.resolve(),
  probe: () => Promise.resolve({ biting: true, evidence: proof, leaders: [] }),
  isInForce: () => Promise.resolve(true),
  recover: () => Promise.resolve(proof),
  ...change,
});
const activitiesOf = (change: Partial<Fault> = {}) => createFaultActivities([faultWith(change)]);

const ticketOf = (faultId: string): FaultTicket => readTicket(plan.clusterDir, faultId) as FaultTicket;

/** The fault is planned, and this process stands for the keeper that has read its ticket. */
async function planned(): Promise<{ run: RunRef; faultId: string }> {
  const { faultId } = await perform(activitiesOf().planFault, { run, scenario });
  writeJson(clusterPaths(plan.clusterDir).keeper, { ...ownIdentity(), version: ownVersion() });
  createAwareness(plan.clusterDir)({ faultIds: [faultId ?? ''] });
  return { run, faultId: faultId ?? '' };
}

async function injected(): Promise<{ run: RunRef; faultId: string }> {
  const request = await planned();
  await perform(activitiesOf().injectFault, request);
  return request;
}

describe('preparing a fault', () => {
  it('brings the cluster into the state that the fault needs', async () => {
    const prepare = vi.fn(() => Promise.resolve());
    expect(await perform(activitiesOf({ prepare }).prepareFault, { run, scenario })).toEqual({ error: null });
    expect(prepare).toHaveBeenCalledWith(scenario, { dir: plan.clusterDir, driver: rehearsalDriver });
  });

  it('answers with an error where there is no such target, and touches nothing', async () => {
    const prepare = vi.fn(() => Promise.resolve());
    const nonsense = { ...scenario, target: 'nonsense' };
    const { error } = await perform(activitiesOf({ prepare }).prepareFault, { run, scenario: nonsense });
    expect(error).toMatch(/robustmq-server, got nonsense/);
    expect(prepare).not.toHaveBeenCalled();
  });
});

describe('planning a fault', () => {
  it('puts its ticket on disk, and answers what will be hit and whose failure an unproved recovery is', async () => {
    const { faultId, ...answer } = await perform(activitiesOf().planFault, { run, scenario });
    expect(answer).toEqual({
      injector: 'fake',
      victim: 'n1, n2',
      reason: 'because',
      recoveryBlame: 'broker',
      error: null,
    });
    expect(ticketOf(faultId ?? '')).toMatchObject({ state: 'planned', scenario: scenario.name });
  });

  it('answers with an error where it cannot be done here, and leaves no ticket', async () => {
    const { planFault } = activitiesOf({ available: () => Promise.resolve('needs root') });
    expect((await perform(planFault, { run, scenario })).error).toMatch(/needs root/);
    expect(openTickets(plan.clusterDir)).toEqual([]);
  });
});

describe('injecting a fault', () => {
  it('answers since when something is broken', async () => {
    const from = monotonicUs();
    const answer = await perform(activitiesOf().injectFault, await planned());
    expect(answer.error).toBeNull();
    expect(answer.injectedUs).toBeGreaterThanOrEqual(from);
  });

  it('answers with the error, and since when something may be broken', async () => {
    const request = await planned();
    const inject = (): Promise<void> => Promise.reject(new Error('no such pid'));
    expect(await perform(activitiesOf({ inject }).injectFault, request)).toEqual({
      injectedAt: ticketOf(request.faultId).injectedAt,
      injectedUs: expect.any(Number) as unknown,
      error: 'no such pid',
    });
  });
});

describe('observing a fault', () => {
  it('answers with the proof that it bites', async () => {
    const answer = await perform(activitiesOf().observeFault, await injected());
    expect(answer).toMatchObject({ observed: true, bite: proof, error: null });
  });

  it('ends with the window of the fault, though its own budget is longer', async () => {
    const probe = () => Promise.resolve({ biting: false, evidence: [], leaders: [] });
    const answer = await perform(activitiesOf({ probe }).observeFault, await injected());
    expect(answer).toMatchObject({ observed: false, error: null });
  });

  it('is broken off with the run, and then no answer', async () => {
    const { observeFault } = activitiesOf({
      probe: () => Promise.resolve({ biting: false, evidence: [], leaders: [] }),
    });
    const request = await injected();
    const environment = activityEnvironment();
    const work = expect(environment.run(observeFault, request)).rejects.toMatchObject({ name: 'CancelledFailure' });
    environment.cancel('CANCELLED');
    await work;
  });
});

it('a fault is held until its window is over; one that is no longer in force was cut short', async () => {
  const request = await injected();
  expect(await perform(activitiesOf().holdFault, request)).toEqual({ cutShort: false, error: null });
  const gone = activitiesOf({ isInForce: () => Promise.resolve(false) });
  expect(await perform(gone.holdFault, await injected())).toEqual({ cutShort: true, error: null });
});

describe('recovering a fault', () => {
  it('answers with the proof, and when it came', async () => {
    const request = await injected();
    const answer = await perform(activitiesOf().recoverFault, request);
    expect(answer).toMatchObject({ recoveredBy: 'workflow', healed: proof, died: [], error: null });
    expect(answer.recoveredUs).toBe(ticketOf(request.faultId).recoveredUs);
  });

  it('answers with the error and the time of giving up where it cannot be proved', async () => {
    const request = await injected();
    const recover = (): Promise<never> => Promise.reject(new Error('n1 is not back'));
    const from = monotonicUs();
    const answer = await perform(activitiesOf({ recover }).recoverFault, request);
    expect(answer).toMatchObject({ error: 'n1 is not back' });
    expect(answer.recoveredUs).toBeGreaterThanOrEqual(from);
    expect(ticketOf(request.faultId).state).toBe('stuck');
  });

  it.each([
    ['broker', new ChaosError('BROKER_NOT_BACK', 'n1 is not running')],
    ['equipment', new ChaosError('EQUIPMENT_FAILED', 'port 7 of n1 is held by process 9')],
    ['equipment', Object.assign(new Error('spawn EMFILE'), { code: 'EMFILE' })],
    ['equipment', new Error('the lock was not free within 30000 ms')],
  ])('says that it was the %s’s failure, by what was seen, also of an earlier attempt: %s', async (blame, error) => {
    const request = await injected();
    const broken = activitiesOf({ recover: () => Promise.reject(error) });
    expect(await perform(broken.recoverFault, request)).toMatchObject({ recoverErrorBlame: blame });
    expect(await perform(activitiesOf().recoverFault, request)).toMatchObject({ recoverErrorBlame: blame });
  });

  it('stays an error where only a later attempt could prove it', async () => {
    const request = await injected();
    const recover = (): Promise<never> => Promise.reject(new Error('n1 is not back'));
    await perform(activitiesOf({ recover }).recoverFault, request);
    const answer = await perform(activitiesOf().recoverFault, request);
    expect(answer).toMatchObject({ healed: proof, error: expect.stringContaining('n1 is not back') as unknown });
  });
});
