import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import { networkDelay } from '../../testing/workflows/plans.js';
import { courseOf, type Course } from '../../testing/workflows/course.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const withActivities = (instead: Partial<Activities>): Promise<Course> => courseOf(rig, { instead });

const injectFails: Activities['injectFault'] = async () => ({
  injectedAt: null,
  injectedUs: null,
  error: 'no such pid',
});

const RECOVERED = {
  recoveredAt: '2026-11-22T00:00:02.000Z',
  recoveredUs: 2_000_000,
  recoveredBy: 'workflow',
  healed: [],
  died: [],
  error: null,
};

const recoverFails: Activities['recoverFault'] = async () => ({
  recoveredAt: '2026-11-22T00:00:02.000Z',
  recoveredUs: 2_000_000,
  error: 'n2 is not back in the cluster',
});

const FAULT_STEPS = ['planFault', 'injectFault', 'observeFault', 'holdFault', 'recoverFault'];
const VALIDATION = ['startClients validation', 'collectClients validation'];

describe.concurrent('a fault that cannot be prepared', () => {
  it('is an inject error: no client connects and nothing is broken, and the validation is still run', async () => {
    const error = 'target: expected one of robustmq-server, got nonsense';
    const { outcome: result, record, commands } = await withActivities({ prepareFault: async () => ({ error }) });
    expect(result).toMatchObject({ verdict: { passed: false, status: 'inject_error' }, needsNewCluster: false });
    expect(record.fault).toMatchObject({ injectError: error, faultId: null, cleanup: null });
    expect(commands).not.toContain('startClients fault');
    for (const step of FAULT_STEPS) expect(commands).not.toContain(step);
    expect(commands).toEqual(expect.arrayContaining(VALIDATION));
    expect(record.validation).toHaveLength(2);
  });

  it('waits before the validation all the same, from the time of the host', async () => {
    const { record, commands } = await withActivities({ prepareFault: async () => ({ error: 'no' }) });
    expect(commands).toContain('timer 120 ms');
    expect(record.healWaitSeconds).toBe(6);
  });
});

describe.concurrent('a fault that cannot be planned', () => {
  it('is an inject error: the clients that wait for it are stopped, and nothing has to be recovered', async () => {
    const {
      outcome: result,
      record,
      commands,
    } = await withActivities({
      planFault: async () => ({ error: 'no broker leads both' }),
    });
    expect(result.verdict.status).toBe('inject_error');
    expect(record.fault).toMatchObject({ injectError: 'no broker leads both', faultId: null, cleanup: null });
    expect(commands.filter((command) => FAULT_STEPS.includes(command))).toEqual(['planFault']);
    expect(commands).toEqual(expect.arrayContaining(['startClients fault', 'stopClients fault', ...VALIDATION]));
  });
});

describe.concurrent('an inject that fails', () => {
  it('skips steps 3 and 4, has its ticket cleaned up, and still runs the validation', async () => {
    const { outcome: result, record, commands } = await withActivities({ injectFault: injectFails });
    expect(result).toMatchObject({ verdict: { passed: false, status: 'inject_error' }, needsNewCluster: false });
    expect(record.fault.cleanup).toMatch(/^clean/);
    expect(record.fault.recoverError).toBeNull();
    expect(commands.filter((command) => FAULT_STEPS.includes(command))).toEqual([
      'planFault',
      'injectFault',
      'recoverFault',
    ]);
    expect(commands.indexOf('recoverFault')).toBeLessThan(commands.indexOf('timer 120 ms'));
    expect(commands).toEqual(expect.arrayContaining(VALIDATION));
  });

  it('cannot be turned green by a validation in which every client passes', async () => {
    const { outcome: result, record } = await withActivities({ injectFault: injectFails });
    expect(record.sdkVerdicts.map((verdict) => verdict.passed)).toEqual([true, true]);
    expect(result.verdict.passed).toBe(false);
  });

  it('leaves the cluster unfit if what it had done cannot be undone', async () => {
    const { outcome: result, record } = await withActivities({ injectFault: injectFails, recoverFault: recoverFails });
    expect(record.fault.cleanup).toBe('failed: n2 is not back in the cluster');
    expect(result).toMatchObject({ verdict: { status: 'inject_error' }, needsNewCluster: true });
  });
});

describe.concurrent('a fault that goes otherwise than it should', () => {
  it('that was not seen to bite makes the scenario fault_not_observed', async () => {
    const { outcome: result, commands } = await withActivities({
      observeFault: async () => ({ observed: false, bite: [], leaders: [], error: null }),
    });
    expect(result.verdict).toMatchObject({ passed: false, status: 'fault_not_observed' });
    expect(commands).toEqual(expect.arrayContaining([...FAULT_STEPS, ...VALIDATION]));
  });

  it('that could not be looked at is noted, and the five steps go on', async () => {
    const {
      outcome: result,
      record,
      commands,
    } = await withActivities({
      observeFault: async () => ({ observed: false, bite: [], leaders: [], error: 'monitor port refused' }),
    });
    expect(result.verdict.status).toBe('fault_not_observed');
    expect(record.notes).toEqual([expect.stringContaining('monitor port refused')]);
    expect(commands).toEqual(expect.arrayContaining([...FAULT_STEPS, ...VALIDATION]));
  });

  it('that somebody ended early is cut short, and the record says by whom', async () => {
    const { outcome: result, record } = await withActivities({
      holdFault: async () => ({ cutShort: true, error: null }),
      recoverFault: async () => ({ ...RECOVERED, recoveredBy: 'keeper' }),
    });
    expect(result.verdict).toMatchObject({ passed: false, status: 'fault_cut_short' });
    expect(record.notes).toEqual(['the fault was ended by the keeper']);
  });

  it('whose recovery fails is a recover_error: the validation is run, and the cluster is unfit for the next scenario', async () => {
    const { outcome: result, record, commands } = await withActivities({ recoverFault: recoverFails });
    expect(result).toMatchObject({ verdict: { passed: false, status: 'recover_error' }, needsNewCluster: true });
    expect(result.verdict.failures[0]?.blame).toBe('broker');
    expect(record.fault).toMatchObject({ recoverError: 'n2 is not back in the cluster', cleanup: null });
    expect(commands).toEqual(expect.arrayContaining(['timer 120 ms', ...VALIDATION]));
  });

  it('whose recovery came too late is a recover_error as well, and nobody is told that it is stuck', async () => {
    const healed = [{ what: 'cluster', expected: 'every node in', observed: 'every node in', ok: true }];
    const { outcome: result, record } = await withActivities({
      recoverFault: async () => ({ ...RECOVERED, healed, error: 'only a later attempt could prove it' }),
    });
    expect(result).toMatchObject({ verdict: { status: 'recover_error' }, needsNewCluster: true });
    expect(record.notes).toEqual([expect.stringContaining('took longer than its budget')]);
  });

  it('whose recovery fails is the fault of the equipment where the fault hit no broker', async () => {
    const { outcome: result } = await courseOf(rig, {
      scenario: networkDelay,
      instead: { recoverFault: recoverFails },
    });
    expect(result.verdict.failures).toEqual([{ status: 'recover_error', blame: 'equipment', sdk: null }]);
  });
});
