import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome } from '../../testing/values.js';
import { breakerRuns, failing, type Run } from '../../testing/workflows/breaker-runs.js';
import { createGate } from '../../testing/workflows/gate.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { allKept, type StubOptions } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const { runOn, statusOf } = breakerRuns(() => rig);

describe.concurrent('the count', () => {
  it('goes back to 0 with a run that passes', async () => {
    for (const options of [failing, failing, {}]) await (await runOn('mended', options)).handle.result();
    const { breaker } = await statusOf('mended');
    expect(breaker.consecutiveFailures).toBe(0);
    expect(breaker.outcomes.map(({ consecutiveFailures }) => consecutiveFailures)).toEqual([1, 2, 0]);
  });

  it('stays where it is for runs of nothing but format errors, of which the third sends one warning', async () => {
    const unreadable: StubOptions = {
      instead: { collectClients: async () => allKept([outcome({ sdk: 'go', result: null, lineProblem: 'no JSON' })]) },
    };
    const runs: Run[] = [];
    for (let i = 0; i < 4; i += 1) {
      const run = await runOn('unreadable', unreadable);
      expect(await run.handle.result()).toMatchObject({ headline: 'INVALID' });
      runs.push(run);
    }
    expect((await statusOf('unreadable')).breaker).toMatchObject({ consecutiveFailures: 0, state: { kind: 'closed' } });
    const warned = runs.map(({ host }) => host.calls.includes('announce format-errors'));
    expect(warned).toEqual([false, false, true, false]);
  });

  it('does not know of a run that was terminated before it was counted', async () => {
    const gate = createGate();
    const run = await runOn('ended early', { ...failing, gates: { writeReport: gate } });
    await gate.reached;
    await run.handle.terminate();
    gate.open();
    await (await runOn('ended early', failing)).handle.result();
    const { breaker } = await statusOf('ended early');
    expect(breaker.consecutiveFailures).toBe(1);
    expect(breaker.outcomes).toHaveLength(1);
  });
});
