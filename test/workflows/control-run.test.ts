import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import { outcome, rules } from '../../testing/values.js';
import { commandsOf } from '../../testing/workflows/history.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { BEFORE, END } from '../../testing/workflows/calls.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { allKept, left } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const controlGives =
  (bad: ReturnType<typeof outcome>): Activities['collectClients'] =>
  async ({ phase }) =>
    allKept([outcome({ sdk: 'go' }), { ...(phase === 'control' ? bad : outcome()), sdk: 'python' }]);

describe.concurrent('the control run', () => {
  it('in which the equipment fails ends the run at once as INVALID', async () => {
    const { handle, host } = await rig.startRun({
      instead: { collectClients: controlGives(outcome({ result: null, lineProblem: 'not JSON' })) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'INVALID', runPassed: false });
    expect(commandsOf(await handle.fetchHistory())).toEqual([...BEFORE, 'takeSnapshot end', ...END]);
    expect(host.reports[0]?.runFailures).toMatchObject([{ status: 'script_format_error', sdk: 'python' }]);
  });

  it('in which the broker fails goes on, and the run is judged by its scenarios', async () => {
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle] },
      instead: { collectClients: controlGives(outcome({ result: { lost: 3 } })) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    expect(host.reports[0]?.controlVerdicts.map(({ status }) => status)).toEqual(['passed', 'failed']);
    expect(host.reports[0]?.runFailures).toEqual([]);
  });

  it('in which the broker fails goes on all the same where it counts, and the run is a FAIL', async () => {
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle], rules: { ...rules, control: 'fail' } },
      instead: { collectClients: controlGives(outcome({ result: { lost: 3 } })) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'FAIL', scenarios: [{ passed: true }] });
    expect(host.reports[0]?.runFailures).toEqual([]);
  });

  it.each([
    [
      'whose cluster was ended under it',
      left({ ended: 'its keeper stopped it' }),
      /the cluster was stopped: its keeper/,
    ],
    ['whose brokers nobody can look at', { error: 'EACCES' }, /EACCES/],
    ['whose proxies died', left({ equipmentDied: ['the proxy server 7: dead'] }), /the proxy server 7: dead/],
  ])('%s ends the run as INVALID, and blames nobody', async (_, state, note) => {
    const { handle, host } = await rig.startRun({
      instead: {
        collectClients: controlGives(outcome({ result: { lost: 3 } })),
        deadNodes: async () => state,
      },
    });
    expect(await handle.result()).toMatchObject({ headline: 'INVALID', runPassed: false });
    expect(host.reports[0]).toMatchObject({
      runFailures: [{ status: 'harness_error', blame: 'equipment', sdk: null }],
      notes: [expect.stringMatching(note)],
    });
  });
});
