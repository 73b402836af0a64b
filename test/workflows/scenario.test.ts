import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenarioProgressQuery, type Step } from '../../src/messages/progress.js';
import { CHAOS_CLUSTER, CHAOS_SCENARIO, CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { createGate } from '../../testing/workflows/gate.js';
import {
  activityEvents,
  brokenTasks,
  commandsOf,
  isTimer,
  timersOf,
  toMs,
  untilEvent,
} from '../../testing/workflows/history.js';
import { FOR_EVER_MS, networkDelay } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const FIVE_STEPS = [
  'takeSnapshot broker-kill-single-1-baseline',
  'prepareFault',
  'startClients fault',
  'timer 20 ms',
  'planFault',
  'injectFault',
  'observeFault',
  'holdFault',
  'recoverFault',
  'stopClients fault',
  'timer 120 ms',
  'collectFaultPeriod fault',
  'takeSnapshot broker-kill-single-2-recovered',
  'startClients validation',
  'collectClients validation',
  'takeSnapshot broker-kill-single-3-validated',
  'deadNodes',
  'recordScenario',
];

describe.concurrent('a scenario that passes', () => {
  it('takes the five steps in the order of the seed, each once', async () => {
    const { handle } = await rig.startScenario();
    expect(await handle.result()).toMatchObject({
      verdict: { passed: true, status: 'passed' },
      needsNewCluster: false,
    });
    const history = await handle.fetchHistory();
    expect(commandsOf(history)).toEqual(FIVE_STEPS);
    expect(brokenTasks(history)).toEqual([]);
  });

  it('waits exactly the heal wait of its plan, from the proved recovery to the validation', async () => {
    const { handle } = await rig.startScenario({ timing: { healWaitMs: 730 } });
    await handle.result();
    const history = await handle.fetchHistory();
    const [, healWait, ...others] = timersOf(history);
    expect(others).toEqual([]);
    expect(healWait && isTimer(healWait, 730)).toBe(true);
    const recovered = toMs(activityEvents(history, 'recoverFault').completed.eventTime);
    const validated = toMs(activityEvents(history, 'collectClients').scheduled.eventTime);
    expect(toMs(healWait?.eventTime)).toBeGreaterThanOrEqual(recovered);
    expect(validated - recovered).toBeGreaterThanOrEqual(730);
  });

  it('measures the heal wait that it records by the clock of the host', async () => {
    const { handle, host } = await rig.startScenario();
    await handle.result();
    // The stubs say: recovered at 2 s, validation clients started at 9 s.
    expect(host.records[0]?.healWaitSeconds).toBe(7);
  });

  it('asks the fault-period clients about the time from inject to recovery', async () => {
    const asked: unknown[] = [];
    const { handle } = await rig.startScenario({
      instead: {
        collectFaultPeriod: async ({ fromUs, toUs }) => {
          asked.push({ fromUs, toUs });
          return { figures: [], notes: [] };
        },
      },
    });
    await handle.result();
    expect(asked).toEqual([{ fromUs: 1_000_000, toUs: 2_000_000 }]);
  });

  it('can be found by cluster, scenario and state', async () => {
    const gate = createGate();
    const { handle, host } = await rig.startScenario({ scenario: networkDelay, gates: { holdFault: gate } });
    const stateNow = async (): Promise<unknown> => (await handle.describe()).typedSearchAttributes.get(CHAOS_STATE);
    await gate.reached;
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(CHAOS_CLUSTER)).toBe(host.plan.cluster);
    expect(typedSearchAttributes.get(CHAOS_SCENARIO)).toBe('network-delay-100ms');
    expect(await stateNow()).toBe('running');
    gate.open();
    await handle.result();
    expect(await stateNow()).toBe('passed');
  });
});

describe.concurrent('the progress of a scenario', () => {
  it('names the step that it is in', async () => {
    const steps: readonly [string, Step][] = [
      ['takeSnapshot broker-kill-single-1-baseline', 'baseline snapshot'],
      ['startClients fault', 'clients connect'],
      ['injectFault', 'inject'],
      ['observeFault', 'observe'],
      ['holdFault', 'fault holds'],
      ['recoverFault', 'recover'],
      ['collectFaultPeriod fault', 'heal wait'],
      ['collectClients validation', 'validation'],
      ['recordScenario', 'recording'],
    ];
    const gates = Object.fromEntries(steps.map(([call]) => [call, createGate()]));
    const { handle } = await rig.startScenario({ gates });
    const seen: [string, Step][] = [];
    for (const [call] of steps) {
      await gates[call]?.reached;
      seen.push([call, (await handle.query(scenarioProgressQuery)).step]);
      gates[call]?.open();
    }
    expect(seen).toEqual(steps);
  });

  it('shows the validation of every SDK once it is there', async () => {
    const { handle } = await rig.startScenario();
    await handle.result();
    const { clients } = await handle.query(scenarioProgressQuery);
    expect(clients.map(({ sdk, phase, status }) => ({ sdk, phase, status }))).toEqual([
      { sdk: 'go', phase: 'validation', status: 'passed' },
      { sdk: 'python', phase: 'validation', status: 'passed' },
    ]);
  });

  it('says for how long the heal wait can last', async () => {
    const { handle } = await rig.startScenario({ timing: { healWaitMs: FOR_EVER_MS } });
    await untilEvent(handle, (event) => isTimer(event, FOR_EVER_MS));
    expect(await handle.query(scenarioProgressQuery)).toMatchObject({ step: 'heal wait', limitMs: FOR_EVER_MS });
    await handle.terminate();
  });
});
