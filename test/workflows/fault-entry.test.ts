import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import type { FaultEntry } from '../../src/domain/scenario.js';
import { courseOf } from '../../testing/workflows/course.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { scenario } from '../../testing/values.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const entry = (name: string, change: Partial<FaultEntry> = {}): FaultEntry => ({
  ...{ name, fault: 'broker-kill', target: 'leader', params: {}, atMs: 0, forMs: 40 },
  ...change,
});
const cutAndKill = scenario('several', {
  faults: [entry('cut', { forMs: 60 }), entry('kill', { atMs: 10, forMs: 20 })],
});

/** The host's answers by entry: tickets are named after it. Every fault is on for as long as it is held, and they end as they are asked to. */
function host(change: Partial<Activities> = {}): { readonly instead: Partial<Activities>; readonly asked: string[] } {
  const asked: string[] = [];
  const note = (what: string, { faultId }: { readonly faultId: string }): void => void asked.push(`${what} ${faultId}`);
  const instead: Partial<Activities> = {
    planFault: async ({ entry: name = 'only' }) => ({
      ...{
        faultId: name,
        injector: 'x',
        victim: `victim of ${name}`,
        reason: 'y',
        recoveryBlame: 'broker',
        error: null,
      },
    }),
    injectFault: async (of) => {
      note('inject', of);
      return { injectedAt: 'A', injectedUs: 1_000_000, error: null };
    },
    recoverFault: async (of) => {
      note('recover', of);
      const times = { recoveredAt: 'B', recoveredUs: 2_000_000 };
      return { ...times, recoveredBy: 'workflow', healed: [], died: [], error: null };
    },
    ...change,
  };
  return { instead, asked };
}

describe.concurrent('a timeline', () => {
  it('has each fault planned, injected and recovered by itself, then all proved together, and one validation', async () => {
    const { instead, asked } = host();
    const { outcome, record, commands } = await courseOf(rig, { scenario: cutAndKill, instead });
    expect(outcome.verdict).toMatchObject({ passed: true });
    expect(asked.slice(0, 2)).toEqual(['inject cut', 'inject kill']);
    expect(asked.filter((one) => one.startsWith('recover')).sort()).toEqual(['recover cut', 'recover kill']);
    expect(commands.filter((command) => command === 'proveWhole')).toHaveLength(1);
    expect(commands.indexOf('proveWhole')).toBeGreaterThan(commands.lastIndexOf('recoverFault'));
    expect(commands.filter((command) => command === 'startClients validation')).toHaveLength(1);
    expect(record.faults?.map((one) => [one.entry, one.record.victim])).toEqual([
      ['cut', 'victim of cut'],
      ['kill', 'victim of kill'],
    ]);
    // The heal wait begins with the last proof.
    expect(record.fault).toMatchObject({ victim: 'victim of cut, victim of kill', recoveredUs: 2_500_000 });
  });

  it('of which one fault was not seen is fault_not_observed', async () => {
    const { instead } = host({
      observeFault: async ({ faultId }) => ({ observed: faultId === 'cut', bite: [], leaders: [], error: null }),
    });
    const { outcome } = await courseOf(rig, { scenario: cutAndKill, instead });
    expect(outcome.verdict).toMatchObject({ passed: false, status: 'fault_not_observed' });
  });

  it('of which one could not be injected begins no other, and leaves none on', async () => {
    const { instead, asked } = host();
    const broken: Partial<Activities> = {
      ...instead,
      injectFault: async (of) =>
        of.faultId === 'kill'
          ? { injectedAt: null, injectedUs: null, error: 'no such pid' }
          : { injectedAt: 'A', injectedUs: 1_000_000, error: null },
    };
    const faults = [...(cutAndKill.faults ?? []), entry('later', { after: 'kill', waitsFor: ['kill'] })];
    const { outcome, record } = await courseOf(rig, { scenario: { ...cutAndKill, faults }, instead: broken });
    expect(outcome.verdict.status).toBe('inject_error');
    expect(asked.sort()).toEqual(['recover cut', 'recover kill']);
    expect(record.faults?.[2]?.record).toMatchObject({ faultId: null, observed: false });
    expect(record.notes).toContainEqual(expect.stringMatching(/^later: not begun/));
  });

  it('of which one is not over makes the cluster unfit, and nothing is said to be whole', async () => {
    const { instead } = host();
    const stuck: Partial<Activities> = {
      ...instead,
      recoverFault: async (of) =>
        of.faultId === 'kill'
          ? { recoveredAt: 'B', recoveredUs: 2_000_000, error: 'n1 is not back', recoverErrorBlame: 'broker' }
          : { recoveredAt: 'B', recoveredUs: 2_000_000, recoveredBy: 'workflow', healed: [], died: [], error: null },
    };
    const { outcome, commands } = await courseOf(rig, { scenario: cutAndKill, instead: stuck });
    expect(outcome).toMatchObject({ verdict: { status: 'recover_error' }, needsNewCluster: true });
    expect(commands).not.toContain('proveWhole');
  });

  it('after which the cluster is not whole is a recover_error', async () => {
    const { instead } = host({
      proveWhole: async () => ({
        recoveredAt: 'C',
        recoveredUs: 3_000_000,
        error: 'n2 lags',
        recoverErrorBlame: 'broker',
      }),
    });
    const { outcome, record } = await courseOf(rig, { scenario: cutAndKill, instead });
    expect(outcome).toMatchObject({ verdict: { status: 'recover_error' }, needsNewCluster: true });
    expect(record.fault.recoverError).toBe('n2 lags');
  });
});
