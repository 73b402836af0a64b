import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../../testing/workflows/gate.js';
import { brokenTasks, isTimer, timersOf, untilEvent } from '../../testing/workflows/history.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

/** How often each call began, without those that a new worker has to begin again since they last as long as the cluster. */
function repeatedCalls(calls: readonly string[], lasting: readonly string[]): string[] {
  const again = calls.filter((call, at) => calls.indexOf(call) !== at && !lasting.includes(call));
  return [...new Set(again)];
}

const oneScenario = { scenarios: [killSingle] };

describe.concurrent('a worker that goes away', () => {
  it('while the fault holds: the next one holds it on, and repeats nothing that was done', async () => {
    const first = await rig.createWorker('hold');
    let held = 0;
    const gate = createGate();
    const { handle, host } = await rig.startRun({
      queue: 'hold',
      plan: oneScenario,
      instead: {
        holdFault: async () => {
          if (++held === 1) await gate.pass();
          return { cutShort: false, error: null };
        },
      },
    });
    await gate.reached;
    await first.stop();
    const second = await rig.createWorker('hold');
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    expect(held).toBe(2);
    expect(repeatedCalls(host.calls, ['tendCluster', 'holdFault', 'killClients control'])).toEqual([]);
    expect(brokenTasks(await rig.scenarioOf(handle).fetchHistory())).toEqual([]);
    await second.stop();
  });

  it('in the heal wait: the wait is not begun again, nor anything that was done', async () => {
    const healWaitMs = 3000;
    const first = await rig.createWorker('heal');
    const { handle, host } = await rig.startRun({ queue: 'heal', plan: oneScenario, timing: { healWaitMs } });
    const scenario = rig.scenarioOf(handle);
    await untilEvent(scenario, (event) => isTimer(event, healWaitMs));
    await Promise.all([
      host.called('collectFaultPeriod fault'),
      host.called('takeSnapshot broker-kill-single-2-recovered'),
    ]);
    await first.stop();
    expect(host.calls).not.toContain('startClients validation');
    const second = await rig.createWorker('heal');
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    const history = await scenario.fetchHistory();
    expect(timersOf(history).filter((timer) => isTimer(timer, healWaitMs))).toHaveLength(1);
    expect(repeatedCalls(host.calls, ['tendCluster'])).toEqual([]);
    expect(brokenTasks(history)).toEqual([]);
    await second.stop();
  });
});
