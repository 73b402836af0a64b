import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgressQuery, type RunProgress } from '../../src/messages/progress.js';
import { CHAOS_CLUSTER, CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { createGate } from '../../testing/workflows/gate.js';
import { brokenTasks, commandsOf } from '../../testing/workflows/history.js';
import { killSingle, leaderTransfer, networkDelay } from '../../testing/workflows/plans.js';
import { failure, invalidConfig } from '../../testing/workflows/stub-host.js';
import { BEFORE, END } from '../../testing/workflows/calls.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

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

  it('brings another broker before anything else, where its config says how', async () => {
    const update = { command: ['./fetch'], cwd: '/srv', limitMs: 60_000 };
    const { handle } = await rig.startRun({ plan: { update, scenarios: [killSingle] } });
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    const calls = commandsOf(await handle.fetchHistory());
    expect(calls.slice(0, 4)).toEqual(['preparePlan', 'acquireCluster', 'updateBroker', 'preCheck']);
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

describe.concurrent('a run whose start is to be told', () => {
  it('tells it before it touches the cluster; if that fails, it says so and goes on', async () => {
    const { handle, host } = await rig.startRun({
      plan: { tellsStart: true, scenarios: [killSingle] },
      instead: { announceStart: () => Promise.reject(new Error('http://127.0.0.1: no answer: ECONNREFUSED')) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    expect(host.calls.slice(0, 4)).toEqual(['preparePlan', 'acquireCluster', 'announceStart', 'preCheck']);
    const { notes } = await handle.query(runProgressQuery);
    expect(notes).toEqual([expect.stringMatching(/could be told that the round has started: .*ECONNREFUSED/)]);
  });

  it('does not, if it is of one scenario', async () => {
    const { handle, host } = await rig.startRun({
      plan: { tellsStart: true, kind: 'single', scenarios: [killSingle] },
    });
    await handle.result();
    expect(host.calls).not.toContain('announceStart');
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

describe.concurrent('a run whose config cannot be used', () => {
  it('fails at once with CONFIG_INVALID, without a second try and without touching a cluster', async () => {
    const { handle, host } = await rig.startRun({ instead: { preparePlan: invalidConfig } });
    const error: unknown = await handle.result().catch((caught: unknown) => caught);
    const cause = error instanceof WorkflowFailedError ? error.cause?.cause : undefined;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect(cause).toMatchObject({ type: 'CONFIG_INVALID', message: expect.stringContaining('cluster.binary') });
    expect(host.calls).toEqual(['preparePlan']);
  });
});

describe.concurrent('a run that cannot go on', () => {
  it('because the cluster does not start is the failure of the broker: reported, stopped and released', async () => {
    const { handle, host } = await rig.startRun({
      instead: { startCluster: () => Promise.reject(failure('CLUSTER_START_FAILED', 'n3 exited with 101')) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'FAIL', runPassed: false });
    expect(host.calls).toEqual(['preparePlan', 'acquireCluster', 'preCheck', 'startCluster', ...END]);
    expect(host.reports).toMatchObject([
      {
        runFailures: [{ status: 'cluster_start_error', blame: 'broker' }],
        notes: [expect.stringContaining('n3 exited with 101')],
        endpoint: null,
      },
    ]);
  });

  it('because its machine lacks a tool is a failure of the equipment', async () => {
    const { handle, host } = await rig.startRun({
      instead: { preCheck: () => Promise.reject(failure('PREFLIGHT_FAILED', 'no nats-server')) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'INVALID' });
    expect(host.calls).toEqual(['preparePlan', 'acquireCluster', 'preCheck', ...END]);
  });

  it('because its lease can no longer be renewed still ends in good order', async () => {
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle] },
      instead: { tendCluster: () => Promise.reject(failure('CLUSTER_GONE', 'no plan on this host')) },
    });
    await handle.result();
    expect(host.reports[0]?.notes).toEqual([expect.stringContaining('no plan on this host')]);
    expect(host.calls.slice(-END.length)).toEqual(END);
    expect(brokenTasks(await handle.fetchHistory())).toEqual([]);
  });
});
