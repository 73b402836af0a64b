import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { clusterStatusQuery } from '../../src/messages/cluster-record.js';
import { CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { createGate } from '../../testing/workflows/gate.js';
import { brokenTasks, commandsOf, isTimer, untilCancelSeen, untilEvent } from '../../testing/workflows/history.js';
import { FOR_EVER_MS, killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig, type StartOptions } from '../../testing/workflows/rig.js';
import { failure } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const END = ['stopCluster', 'writeReport', 'recordOutcome', 'releaseCluster', 'publishReport', 'removeOld'];
const CLIENTS_KILLED = ['killClients fault', 'killClients validation'];

const oneScenario = { scenarios: [killSingle] };

async function endOf(handle: WorkflowHandle): Promise<unknown> {
  const error: unknown = await handle.result().catch((caught: unknown) => caught);
  return error instanceof WorkflowFailedError ? error.cause : error;
}

const stateOf = async (handle: WorkflowHandle): Promise<unknown> =>
  (await handle.describe()).typedSearchAttributes.get(CHAOS_STATE);

/** Starts a run, cancels it as soon as `ready` says so, and checks everything that must hold however far it had come. */
async function cancelled(
  options: StartOptions,
  ready: (started: Awaited<ReturnType<Rig['startRun']>>) => Promise<void>,
): Promise<Awaited<ReturnType<Rig['startRun']>>> {
  const started = await rig.startRun({ plan: oneScenario, ...options });
  const { handle, host } = started;
  await ready(started);
  await handle.cancel();
  expect(await endOf(handle)).toBeInstanceOf(CancelledFailure);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
  expect(host.calls.slice(-END.length)).toEqual(END);
  expect(host.reports).toMatchObject([{ cancelled: true }]);
  const record = rig.env.client.workflow.getHandle(clusterWorkflowId(host.plan.cluster));
  expect(await record.query(clusterStatusQuery)).toMatchObject({ holder: null });
  expect(await stateOf(handle)).toBe('cancelled');
  expect(brokenTasks(await handle.fetchHistory())).toEqual([]);
  return started;
}

/** Cancels a run while a call of its stays at a gate, and gives way. */
async function cancelledIn(call: string): ReturnType<typeof cancelled> {
  const gate = createGate();
  return cancelled({ gates: { [call]: gate } }, () => gate.reached);
}

/** The same for an activity of the scenario's that ends by itself, after the cancellation. */
async function cancelledInDeaf(call: string): ReturnType<typeof cancelled> {
  const gate = createGate({ deaf: true });
  return cancelled({ gates: { [call]: gate } }, async ({ handle }) => {
    await gate.reached;
    await handle.cancel();
    await untilCancelSeen(rig.scenarioOf(handle));
    gate.open();
  });
}

/** What must hold of a scenario that was cancelled with its run. */
async function expectScenarioCancelled({ handle, host }: Awaited<ReturnType<typeof cancelled>>): Promise<void> {
  const scenario = rig.scenarioOf(handle);
  expect((await scenario.describe()).status.name).toBe('CANCELLED');
  expect(await stateOf(scenario)).toBe('cancelled');
  expect(host.records).toMatchObject([{ verdict: { passed: false, status: 'cancelled' } }]);
  expect(host.calls).toEqual(expect.arrayContaining(CLIENTS_KILLED));
  expect(brokenTasks(await scenario.fetchHistory())).toEqual([]);
}

const timesRecovered = (calls: readonly string[]): number => calls.filter((call) => call === 'recoverFault').length;

describe.concurrent('a run that is cancelled before its first scenario', () => {
  it.each(['preCheck', 'startCluster', 'startClients control', 'collectClients control'])(
    'in %s stops the cluster, reports and releases it',
    async (call) => {
      const { host } = await cancelledIn(call);
      expect(host.records).toEqual([]);
      expect(timesRecovered(host.calls)).toBe(0);
    },
  );

  it('and whose cluster then does not start is cancelled all the same, and stops the cluster only after that', async () => {
    const gate = createGate({ deaf: true });
    const fails = (): Promise<never> => Promise.reject(failure('CLUSTER_START_FAILED', 'n3 exited'));
    const { host } = await cancelled(
      { gates: { startCluster: gate }, instead: { startCluster: fails } },
      async (run) => {
        await gate.reached;
        await run.handle.cancel();
        await untilCancelSeen(run.handle);
        expect(run.host.calls).not.toContain('stopCluster');
        gate.open();
      },
    );
    expect(host.reports[0]?.runFailures).toEqual([]);
  });

  it('kills the clients of the control run', async () => {
    const { host } = await cancelledIn('collectClients control');
    expect(host.calls).toContain('killClients control');
  });
});

describe.concurrent('a run that is cancelled before a fault is planned', () => {
  it.each(['takeSnapshot broker-kill-single-1-baseline', 'prepareFault', 'startClients fault', 'planFault'])(
    'in %s has nothing to recover',
    async (call) => {
      const run = await cancelledIn(call);
      await expectScenarioCancelled(run);
      expect(timesRecovered(run.host.calls)).toBe(0);
    },
  );

  it('while the clients lead in has nothing to recover', async () => {
    const run = await cancelled({ timing: { leadInMs: FOR_EVER_MS } }, ({ handle }) =>
      untilEvent(rig.scenarioOf(handle), (event) => isTimer(event, FOR_EVER_MS)),
    );
    await expectScenarioCancelled(run);
    expect(run.host.calls).not.toContain('planFault');
  });
});

describe.concurrent('a run that is cancelled while a fault is open', () => {
  it.each(['injectFault', 'observeFault', 'holdFault'])('in %s recovers it once', async (call) => {
    const run = await cancelledIn(call);
    await expectScenarioCancelled(run);
    expect(timesRecovered(run.host.calls)).toBe(1);
    const after = run.host.calls.slice(run.host.calls.indexOf('recoverFault'));
    expect(after).toEqual(['recoverFault', ...CLIENTS_KILLED, 'deadNodes', 'recordScenario', ...END]);
  });

  it('in a planFault that cannot be broken off recovers the ticket that it wrote', async () => {
    const run = await cancelledInDeaf('planFault');
    await expectScenarioCancelled(run);
    expect(run.host.calls).not.toContain('injectFault');
    expect(timesRecovered(run.host.calls)).toBe(1);
  });

  it('in an injectFault that cannot be broken off recovers what that has done', async () => {
    const run = await cancelledInDeaf('injectFault');
    await expectScenarioCancelled(run);
    expect(run.host.calls).not.toContain('observeFault');
    expect(timesRecovered(run.host.calls)).toBe(1);
  });

  it('in the recovery itself lets that go on to its end', async () => {
    const gate = createGate();
    const run = await cancelled({ gates: { recoverFault: gate } }, async ({ handle }) => {
      await gate.reached;
      await rig.scenarioOf(handle).cancel();
      await untilCancelSeen(rig.scenarioOf(handle));
      gate.open();
      await handle.cancel();
    });
    await expectScenarioCancelled(run);
    expect(timesRecovered(run.host.calls)).toBe(1);
    expect(run.host.records[0]?.fault).toMatchObject({ recoveredUs: 2_000_000, recoverError: null });
    const { events } = await rig.scenarioOf(run.handle).fetchHistory();
    expect(events?.some((event) => event.activityTaskCancelRequestedEventAttributes)).toBe(false);
  });
});

describe.concurrent('a run that is cancelled after the recovery', () => {
  it('in the heal wait does not wait for its end', async () => {
    const run = await cancelled({ timing: { healWaitMs: FOR_EVER_MS } }, ({ handle }) =>
      untilEvent(rig.scenarioOf(handle), (event) => isTimer(event, FOR_EVER_MS)),
    );
    await expectScenarioCancelled(run);
    expect(timesRecovered(run.host.calls)).toBe(1);
    expect(run.host.calls).not.toContain('startClients validation');
  });

  it.each(['collectFaultPeriod fault', 'startClients validation', 'collectClients validation'])(
    'in %s kills the clients',
    async (call) => {
      const run = await cancelledIn(call);
      await expectScenarioCancelled(run);
      expect(timesRecovered(run.host.calls)).toBe(1);
    },
  );

  it('in its last steps ends as if nobody had cancelled it: there is nothing left to break off', async () => {
    const gate = createGate();
    const { handle, host } = await rig.startRun({ plan: oneScenario, gates: { stopCluster: gate } });
    await gate.reached;
    await handle.cancel();
    await untilCancelSeen(handle);
    gate.open();
    expect(await handle.result()).toMatchObject({ headline: 'PASS' });
    expect(host.reports).toMatchObject([{ cancelled: false }]);
  });
});

describe.concurrent('a scenario that somebody cancels alone', () => {
  it('is recovered and recorded, and the run goes on with a new cluster', async () => {
    const gate = createGate();
    const { handle, host } = await rig.startRun({ gates: { prepareFault: gate } });
    await gate.reached;
    await rig.scenarioOf(handle).cancel();
    // The gate stays shut for the first scenario, which gives way, and is open for those that follow.
    await untilCancelSeen(rig.scenarioOf(handle));
    gate.open();
    const { scenarios, headline } = await handle.result();
    expect(headline).toBe('INVALID');
    expect(scenarios.map(({ status }) => status)).toEqual(['cancelled', 'passed', 'passed']);
    const course = commandsOf(await handle.fetchHistory()).filter((step) => /^scenario|(start|stop)Cluster/.test(step));
    expect(course.slice(1, 4)).toEqual(['scenario broker-kill-single', 'stopCluster', 'startCluster']);
    expect(host.reports).toMatchObject([{ cancelled: false }]);
  });
});
