import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import { runProgressQuery, type RunProgress } from '../../src/messages/progress.js';
import { CHAOS_CLUSTER, CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { outcome } from '../../testing/values.js';
import { createGate } from '../../testing/workflows/gate.js';
import { brokenTasks, commandsOf } from '../../testing/workflows/history.js';
import { killSingle, leaderTransfer, networkDelay } from '../../testing/workflows/plans.js';
import { left } from '../../testing/workflows/stub-host.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const CONTROL_RUN = ['startClients control', 'collectClients control', 'killClients control'];
const BEFORE = ['preparePlan', 'acquireCluster', 'preCheck', 'startCluster', 'tendCluster', ...CONTROL_RUN];
const END = ['stopCluster', 'writeReport', 'recordOutcome', 'releaseCluster', 'publishReport', 'announce verdict'];

const controlGives =
  (bad: ReturnType<typeof outcome>): Activities['collectClients'] =>
  async ({ phase }) => [outcome({ sdk: 'go' }), { ...(phase === 'control' ? bad : outcome()), sdk: 'python' }];

describe.concurrent('a full run', () => {
  it('takes the steps of the seed, and its scenarios one after another', async () => {
    const { handle, host } = await rig.startRun();
    const result = await handle.result();
    expect(result).toMatchObject({ headline: 'PASS', runPassed: true, passRatePercent: 100, refusedBy: null });
    expect(result.scenarios).toEqual(
      [killSingle, networkDelay, leaderTransfer].map(({ name }) => ({ name, passed: true, status: 'passed' })),
    );
    const history = await handle.fetchHistory();
    expect(commandsOf(history)).toEqual([
      ...BEFORE,
      'scenario broker-kill-single',
      'scenario network-delay-100ms',
      'scenario leader-transfer',
      'takeSnapshot end',
      ...END,
    ]);
    expect(brokenTasks(history)).toEqual([]);
    expect(host.reports).toMatchObject([{ cancelled: false, endpoint: '127.0.0.1:1883', runFailures: [], notes: [] }]);
  });

  it('never runs two scenarios at a time', async () => {
    const { handle, host } = await rig.startRun();
    await handle.result();
    const course = host.calls.filter((call) => call === 'prepareFault' || call === 'recordScenario');
    expect(course).toEqual(Array(3).fill(['prepareFault', 'recordScenario']).flat());
  });

  it('starts a new cluster for the next scenario after one that left every broker dead', async () => {
    let looked = 0;
    const { handle, host } = await rig.startRun({
      instead: { deadNodes: async () => left({ dead: ++looked === 1 ? ['n1', 'n2', 'n3'] : [] }) },
    });
    await handle.result();
    const course = commandsOf(await handle.fetchHistory()).filter((step) => /^scenario|Cluster/.test(step));
    expect(course.filter((step) => step !== 'tendCluster')).toEqual([
      'acquireCluster',
      'startCluster',
      'scenario broker-kill-single',
      'stopCluster',
      'startCluster',
      'scenario network-delay-100ms',
      'scenario leader-transfer',
      'stopCluster',
      'releaseCluster',
    ]);
    expect(host.reports[0]?.notes).toEqual([expect.stringContaining('before network-delay-100ms')]);
  });

  it('starts a new cluster after a recovery that was not proved, and goes on renewing its lease', async () => {
    let recovered = 0;
    const recover = { recoveredAt: '', recoveredUs: 2_000_000, recoveredBy: null, healed: [], died: [] };
    const { handle, host } = await rig.startRun({
      instead: { recoverFault: async () => (++recovered === 1 ? { error: 'not back' } : { ...recover, error: null }) },
    });
    const result = await handle.result();
    expect(result).toMatchObject({ headline: 'FAIL', passRatePercent: 66 });
    expect(result.scenarios.map(({ status }) => status)).toEqual(['recover_error', 'passed', 'passed']);
    const course = host.calls.filter((call) => /(start|tend|stop)Cluster/.test(call));
    expect(course).toEqual([
      'startCluster',
      'tendCluster',
      'stopCluster',
      'startCluster',
      'tendCluster',
      'stopCluster',
    ]);
  });

  it('does not start a new cluster when no scenario follows', async () => {
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle] },
      instead: { deadNodes: async () => left({ dead: ['n1', 'n2', 'n3'] }) },
    });
    await handle.result();
    expect(host.calls.filter((call) => call === 'startCluster')).toHaveLength(1);
  });

  it('can be found by cluster and state, and says what it is doing', async () => {
    const phases: RunProgress['phase'][] = [
      'pre-check',
      'starting cluster',
      'control run',
      'stopping cluster',
      'report',
    ];
    const calls = ['preCheck', 'startCluster', 'collectClients control', 'stopCluster', 'writeReport'];
    const gates = Object.fromEntries([...calls, 'holdFault'].map((call) => [call, createGate()]));
    const { handle, host } = await rig.startRun({ gates, plan: { scenarios: [killSingle] } });
    const stateNow = async (): Promise<unknown> => (await handle.describe()).typedSearchAttributes.get(CHAOS_STATE);
    const seen: RunProgress['phase'][] = [];
    for (const call of [
      'preCheck',
      'startCluster',
      'collectClients control',
      'holdFault',
      'stopCluster',
      'writeReport',
    ]) {
      await gates[call]?.reached;
      const progress = await handle.query(runProgressQuery);
      if (call !== 'holdFault') seen.push(progress.phase);
      else expect(progress).toMatchObject({ phase: 'scenario', current: 'broker-kill-single' });
      expect(await stateNow()).toBe('running');
      gates[call]?.open();
    }
    expect(seen).toEqual(phases);
    const result = await handle.result();
    expect(await handle.query(runProgressQuery)).toMatchObject({ phase: 'closed', current: null, result });
    expect((await handle.describe()).typedSearchAttributes.get(CHAOS_CLUSTER)).toBe(host.plan.cluster);
    expect(await stateNow()).toBe('passed');
  });
});

describe.concurrent('a single-scenario run', () => {
  it('is the same with that scenario alone, and passes with it', async () => {
    const { handle } = await rig.startRun({ plan: { kind: 'single', scenarios: [networkDelay] } });
    expect(await handle.result()).toMatchObject({ headline: 'PASS', scenarios: [{ name: 'network-delay-100ms' }] });
    const commands = commandsOf(await handle.fetchHistory());
    expect(commands).toEqual([...BEFORE, 'scenario network-delay-100ms', 'takeSnapshot end', ...END]);
  });

  it('fails with its scenario, core or not', async () => {
    const { handle } = await rig.startRun({
      plan: { kind: 'single', scenarios: [networkDelay] },
      instead: { injectFault: async () => ({ injectedAt: null, injectedUs: null, error: 'no toxiproxy' }) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'INVALID', runPassed: false, passRatePercent: 0 });
  });
});

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
