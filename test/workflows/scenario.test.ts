import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import { scenarioProgressQuery, type Step } from '../../src/messages/progress.js';
import { CHAOS_CLUSTER, CHAOS_SCENARIO, CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { outcome } from '../../testing/values.js';
import { courseOf, type Course } from '../../testing/workflows/course.js';
import { createGate } from '../../testing/workflows/gate.js';
import { brokenTasks, commandsOf, isTimer, untilEvent } from '../../testing/workflows/history.js';
import { FOR_EVER_MS, networkDelay } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { allKept, left } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const withActivities = (instead: Partial<Activities>): Promise<Course> => courseOf(rig, { instead });

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

describe.concurrent('the state of the cluster', () => {
  it('with metrics missing is a warning, never an abort', async () => {
    const { outcome: result, record } = await withActivities({
      takeSnapshot: async ({ label }) => ({
        label,
        at: '',
        file: '',
        warnings: ['no metrics of n2'],
        neverLines: [],
        newLogLines: 0,
        figures: {},
      }),
    });
    expect(result.verdict.passed).toBe(true);
    expect(record.snapshots.map((snapshot) => snapshot.warnings)).toEqual(Array(3).fill(['no metrics of n2']));
  });

  it.each([
    ['with every broker dead is unfit for the next scenario', ['n1', 'n2', 'n3'], true],
    ['with one broker dead is still fit', ['n2'], false],
  ])('%s', async (_, dead, unfit) => {
    const { outcome: result, record } = await withActivities({
      deadNodes: async () => left({ dead }),
    });
    expect(result.needsNewCluster).toBe(unfit);
    expect(record.deadNodes).toEqual(dead);
  });

  it('whose cluster was ended under it is no verdict on the broker, and unfit for the next scenario', async () => {
    const ended = 'no worker renewed its lease, and its keeper stopped it';
    const { outcome: result, record } = await withActivities({ deadNodes: async () => left({ ended }) });
    expect(result).toMatchObject({ needsNewCluster: true, verdict: { passed: false, status: 'harness_error' } });
    expect(record.clusterEnded).toBe(ended);
  });

  it('whose proxies died is no verdict on the broker; only what died since the clients of the fault period were started is asked for', async () => {
    const died = ['the proxy server 7: dead; it was started again'];
    const asked: (number | null)[] = [];
    const { outcome: result, record } = await withActivities({
      collectClients: async () => allKept([outcome({ result: { lost: 1 } })]),
      injectFault: async () => ({ injectedAt: '', injectedUs: 5_000_000, error: null }),
      startClients: async ({ phase }) => ({ startedUs: phase === 'fault' ? 4_000_000 : 9_000_000, ready: {} }),
      deadNodes: async ({ sinceUs }) => {
        asked.push(sinceUs);
        return left({ equipmentDied: died });
      },
    });
    expect(result).toMatchObject({ needsNewCluster: false, verdict: { passed: false, status: 'harness_error' } });
    expect(record.equipmentDied).toEqual(died);
    expect(asked).toEqual([4_000_000]);
  });
  it('that nobody can tell is no verdict on the broker, even where every client passed, and unfit for the next scenario', async () => {
    const error = '127.0.0.1:8474: address already in use';
    const { outcome: result, record } = await withActivities({ deadNodes: async () => ({ error }) });
    expect(record.sdkVerdicts.map(({ passed }) => passed)).toEqual([true, true]);
    expect(result).toMatchObject({ needsNewCluster: true, verdict: { passed: false, status: 'harness_error' } });
    expect(result.verdict.failures).toEqual([{ status: 'harness_error', blame: 'equipment', sdk: null }]);
    expect(record).toMatchObject({ deadNodes: [], brokersUnknown: error });
    expect(record.notes).toEqual([expect.stringContaining(error)]);
  });
});
