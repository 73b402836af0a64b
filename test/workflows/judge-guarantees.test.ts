import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome, rules } from '../../testing/values.js';
import { failure } from '../../testing/workflows/stub-host.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const violatedIn = (wanted: string) => ({
  judgeGuarantees: async ({ phase }: { readonly phase: 'control' | 'fault' | 'validation' }) => ({
    violated: phase === wanted ? [{ guarantee: 'order' as const, phase, sdk: 'go', violations: 3 }] : [],
    notes: [],
  }),
});
const named = { ...rules, guarantees: ['order'] as const };

describe.concurrent('the guarantees of a run', () => {
  it.each([
    ['validation', named, 'FAIL'],
    ['fault', named, 'FAIL'],
    ['control', named, 'PASS'],
    ['control', { ...named, control: 'fail' as const }, 'FAIL'],
    ['validation', rules, 'PASS'],
    ['fault', rules, 'PASS'],
  ])('count in the %s by the rules', async (phase, by, headline) => {
    const { handle } = await rig.startRun({
      plan: { scenarios: [killSingle], rules: by },
      instead: violatedIn(phase),
    });
    expect(await handle.result()).toMatchObject({ headline });
  });

  it('that cannot be judged are notes, and fail nothing', async () => {
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle], rules: named },
      instead: { judgeGuarantees: () => Promise.reject(failure('DISK_FULL', 'no room')) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    const note = (where: string) => `${where}: the guarantees could not be judged: no room`;
    expect(host.reports[0]?.notes).toEqual([note('control run')]);
    expect(host.records[0]?.notes).toEqual([note('fault'), note('validation')]);
  });

  it('are not asked of a client whose id a stranger used', async () => {
    const asked: (readonly string[])[] = [];
    const { handle } = await rig.startRun({
      plan: { scenarios: [killSingle] },
      instead: {
        collectClients: async () => [outcome({ sdk: 'go' }), { ...outcome({ sdk: 'python' }), idTaken: 'another' }],
        judgeGuarantees: async ({ leftOut }) => {
          asked.push(leftOut);
          return { violated: [], notes: [] };
        },
      },
    });
    await handle.result();
    expect(asked).toEqual([['python'], [], ['python']]);
  });
});
