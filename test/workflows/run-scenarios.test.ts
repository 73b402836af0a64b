import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHAOS_QUEUE } from '../../src/domain/ids.js';
import { createGate } from '../../testing/workflows/gate.js';
import { commandsOf } from '../../testing/workflows/history.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { END } from '../../testing/workflows/calls.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { failure, left } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

describe.concurrent('the scenarios of a run', () => {
  it('never run two at a time', async () => {
    const { handle, host } = await rig.startRun();
    await handle.result();
    const course = host.calls.filter((call) => call === 'prepareFault' || call === 'recordScenario');
    expect(course).toEqual(Array(3).fill(['prepareFault', 'recordScenario']).flat());
  });

  it('cannot be played where one of its name still runs: that is a failure of the equipment', async () => {
    const gate = createGate();
    const { handle, host } = await rig.startRun({ gates: { preCheck: gate }, plan: { scenarios: [killSingle] } });
    await gate.reached;
    const other = await rig.env.client.workflow.start('ClusterWorkflow', {
      workflowId: rig.scenarioOf(handle).workflowId,
      taskQueue: CHAOS_QUEUE,
      args: [{ cluster: 'another', holder: null }],
    });
    gate.open();
    expect(await handle.result()).toMatchObject({ headline: 'INVALID' });
    expect(host.calls.slice(-END.length)).toEqual(END);
    await other.terminate();
  });
});

describe.concurrent('a cluster that the scenario before left unusable', () => {
  it('is replaced for the next scenario where every broker is dead', async () => {
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

  it('is replaced after a recovery that was not proved, and its lease goes on being renewed', async () => {
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

  it('is not replaced when no scenario follows', async () => {
    const { handle, host } = await rig.startRun({
      plan: { scenarios: [killSingle] },
      instead: { deadNodes: async () => left({ dead: ['n1', 'n2', 'n3'] }) },
    });
    await handle.result();
    expect(host.calls.filter((call) => call === 'startCluster')).toHaveLength(1);
  });

  it('and whose successor does not start leaves the run the scenarios that it has', async () => {
    let starts = 0;
    const { handle } = await rig.startRun({
      instead: {
        deadNodes: async () => left({ dead: ['n1', 'n2', 'n3'] }),
        startCluster: async () => {
          if (++starts > 1) throw failure('CLUSTER_START_FAILED', 'port taken');
          return { endpoint: '127.0.0.1:1883', dataDirs: [] };
        },
      },
    });
    const { headline, scenarios } = await handle.result();
    expect(headline).toBe('FAIL');
    expect(scenarios.map(({ status }) => status)).toEqual(['failed', 'not run', 'not run']);
  });
});

describe.concurrent('a scenario whose fault needs a cluster that was started in another way', () => {
  it('gets one of its own, and the next one a plain one; the report says so', async () => {
    const disks = { disks: 'ext4' } as const;
    const startedWith = { 'network-delay-100ms': disks };
    const starts: unknown[] = [];
    const { handle, host } = await rig.startRun({
      plan: { startedWith },
      instead: {
        startCluster: async (request) => {
          starts.push(request.startedWith);
          return { endpoint: '127.0.0.1:1883', dataDirs: [] };
        },
      },
    });
    await handle.result();
    expect(starts).toEqual([undefined, disks, undefined]);
    expect(host.calls.filter((call) => /(start|stop)Cluster|recordScenario/.test(call))).toEqual([
      'startCluster',
      'recordScenario',
      ...['stopCluster', 'startCluster', 'recordScenario'],
      ...['stopCluster', 'startCluster', 'recordScenario'],
      'stopCluster',
    ]);
    expect(host.reports[0]?.notes).toEqual([
      expect.stringMatching(/started with a disk for each node, in a file \(ext4\) for network-delay-100ms/),
      expect.stringMatching(/started as a plain cluster for leader-transfer/),
    ]);
  });

  it('and its successor that needs the same have one between them, unless it was left unusable', async () => {
    const startedWith = { 'network-delay-100ms': { disks: 'ext4' }, 'leader-transfer': { disks: 'ext4' } } as const;
    const { handle, host } = await rig.startRun({ plan: { startedWith } });
    await handle.result();
    expect(host.calls.filter((call) => call === 'startCluster')).toHaveLength(2);
  });
});

describe.concurrent('a scenario that was terminated', () => {
  it('leaves the run going: on a new cluster, with the scenario as a failure of the equipment', async () => {
    const gate = createGate();
    const { handle, host } = await rig.startRun({ gates: { 'takeSnapshot network-delay-100ms-1-baseline': gate } });
    await gate.reached;
    await rig.scenarioOf(handle, 'network-delay-100ms').terminate('by the test');
    const { scenarios } = await handle.result();
    expect(scenarios.map(({ status }) => status)).toEqual(['passed', 'harness_error', 'passed']);
    expect(host.calls.filter((call) => call === 'startCluster')).toHaveLength(2);
    expect(host.records.map(({ scenario }) => scenario.name)).toEqual(['broker-kill-single', 'leader-transfer']);
    expect(host.reports[0]?.verdicts.map(({ verdict }) => verdict.status)).toContain('harness_error');
  });
});
