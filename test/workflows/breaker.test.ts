import { ScheduleOverlapPolicy, type ScheduleHandle, type WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterWorkflowId, scheduledRunIdPrefix, scheduleIdOf } from '../../src/domain/ids.js';
import { BREAKER_NOTE } from '../../src/domain/schedule.js';
import { clusterStatusQuery, resetUpdate, type ClusterStatus } from '../../src/messages/cluster-record.js';
import { resumeSignal, resumeUpdate } from '../../src/messages/resume.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { outcome } from '../../testing/values.js';
import { createGate } from '../../testing/workflows/gate.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig, type StartOptions } from '../../testing/workflows/rig.js';
import { failure, type StubOptions } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const ANN = { by: 'ann', reason: 'disk replaced' };

/** A host on which the brokers do not start: every run fails, and soon. */
const failing: StubOptions = {
  instead: { startCluster: () => Promise.reject(failure('CLUSTER_START_FAILED', 'n3 exited with 101')) },
};

/** A bound on a hang, not on speed. */
const UNTIL_SEEN = { timeout: 15_000, interval: 25 };

type Run = Awaited<ReturnType<Rig['startRun']>>;

const runOn = (cluster: string, options: StartOptions = {}): Promise<Run> =>
  rig.startRun({ ...options, plan: { scenarios: [killSingle], ...options.plan, cluster } });

const statusOf = (cluster: string): Promise<ClusterStatus> =>
  rig.env.client.workflow.getHandle(clusterWorkflowId(cluster)).query(clusterStatusQuery);

const phaseOf = async ({ handle }: Run): Promise<string> => (await handle.query(runProgressQuery)).phase;
const stateOf = async ({ handle }: Run): Promise<unknown> =>
  (await handle.describe()).typedSearchAttributes.get(CHAOS_STATE);

const untilPaused = (run: Run): Promise<void> =>
  vi.waitFor(async () => expect(await phaseOf(run)).toBe('paused'), UNTIL_SEEN);

/** Three failed runs; the last one is open, and paused. */
async function breakerOf(cluster: string, options: StubOptions = {}): Promise<Run> {
  const stubs = { ...options, instead: { ...failing.instead, ...options.instead } };
  for (let failed = 0; failed < 2; failed += 1) await (await runOn(cluster, stubs)).handle.result();
  const third = await runOn(cluster, stubs);
  await untilPaused(third);
  return third;
}

/** A schedule whose ticks never come by themselves. */
const scheduleOf = (cluster: string, everySeconds = 86_400): Promise<ScheduleHandle> =>
  rig.env.client.schedule.create({
    scheduleId: scheduleIdOf(cluster),
    spec: { intervals: [{ every: everySeconds * 1000 }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    action: {
      type: 'startWorkflow',
      workflowType: 'ChaosRunWorkflow',
      workflowId: scheduledRunIdPrefix(cluster),
      taskQueue: 'chaos',
      args: [{}],
    },
  });

const noteOf = async (schedule: ScheduleHandle): Promise<string | null> => {
  const { paused, note } = (await schedule.describe()).state;
  return paused ? (note ?? '') : null;
};

describe.concurrent('the third failed run in a row', () => {
  it('stays open, paused, with the cluster free, the schedule off, and everything that a person needs to go on', async () => {
    const schedule = await scheduleOf('third');
    const run = await breakerOf('third');
    expect(run.host.calls.slice(-6)).toEqual([
      'recordOutcome',
      'pauseSchedule',
      'releaseCluster',
      'publishReport',
      'announce verdict',
      'announce breaker',
    ]);
    expect(await stateOf(run)).toBe('paused');
    const { holder, breaker } = await statusOf('third');
    expect(holder).toBeNull();
    expect(breaker).toMatchObject({
      consecutiveFailures: 3,
      state: { kind: 'open', pausedRun: { workflowId: run.handle.workflowId } },
    });
    const note = await noteOf(schedule);
    expect(note?.startsWith(BREAKER_NOTE)).toBe(true);
    expect(note).toContain('robustmq-chaos resume');
    const { pause, result } = await run.handle.query(runProgressQuery);
    expect(result).toMatchObject({ headline: 'FAIL' });
    expect(pause?.byRuns).toHaveLength(3);
    const details = (await run.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
    for (const help of ['Send a Signal', 'temporal workflow signal', '"by"', run.handle.workflowId]) {
      expect(details).toContain(help);
    }
  });

  it('is refused to full runs, with the paused run and how to resume; a single scenario may run, and is not counted', async () => {
    const paused = await breakerOf('refusing');
    const full = await runOn('refusing');
    const refused = await full.handle.result();
    expect(refused).toMatchObject({ headline: 'REFUSED', refusedBy: paused.handle.workflowId });
    expect(refused.summary).toContain('robustmq-chaos resume');
    expect(full.host.calls).toEqual(['preparePlan', 'acquireCluster', 'pauseSchedule']);
    const single = await runOn('refusing', { plan: { kind: 'single' } });
    expect(await single.handle.result()).toMatchObject({ headline: 'PASS' });
    expect((await statusOf('refusing')).breaker).toMatchObject({ consecutiveFailures: 3, state: { kind: 'open' } });
  });

  it('ends with a resume: the count is 0, the schedule goes on, and it is told who and why', async () => {
    const schedule = await scheduleOf('resumed');
    const run = await breakerOf('resumed');
    expect(await run.handle.executeUpdate(resumeUpdate, { args: [ANN] })).toMatchObject({
      ...ANN,
      schedule: 'the schedule goes on',
    });
    expect(await run.handle.result()).toMatchObject({ headline: 'FAIL' });
    expect(await noteOf(schedule)).toBeNull();
    expect(await stateOf(run)).toBe('failed');
    expect((await statusOf('resumed')).breaker).toMatchObject({
      consecutiveFailures: 0,
      state: { kind: 'closed' },
      lastReset: ANN,
    });
    expect(run.host.calls).toContain('announceResume');
    const next = await runOn('resumed', failing);
    await next.handle.result();
    expect((await statusOf('resumed')).breaker.consecutiveFailures).toBe(1);
  });

  it('ends with a signal, too, as the Web UI sends it', async () => {
    const run = await breakerOf('signalled');
    await run.handle.signal(resumeSignal, ANN);
    await run.handle.result();
    expect((await statusOf('signalled')).breaker).toMatchObject({ consecutiveFailures: 0, lastReset: ANN });
  });

  it('takes a resume while its report is still being pushed, and ends with it once people were told', async () => {
    for (let failed = 0; failed < 2; failed += 1) await (await runOn('pushing', failing)).handle.result();
    const pushing = createGate();
    const run = await runOn('pushing', { ...failing, gates: { publishReport: pushing } });
    await pushing.reached;
    const resumed = run.handle.executeUpdate(resumeUpdate, { args: [ANN] });
    await vi.waitFor(async () =>
      expect(
        (await run.handle.describe()).raw.pendingActivities?.map(({ activityType }) => activityType?.name),
      ).toEqual(['publishReport']),
    );
    pushing.open();
    expect(await resumed).toMatchObject(ANN);
    await run.handle.result();
    const end = ['announce verdict', 'announce breaker', 'resetBreaker', 'unpauseSchedule', 'announceResume'];
    expect(run.host.calls.slice(-5)).toEqual(end);
    expect((await statusOf('pushing')).breaker).toMatchObject({ consecutiveFailures: 0, lastReset: ANN });
  });

  it('ends for one of two people in the same second; the other one is told', async () => {
    const run = await breakerOf('two people');
    const both = await Promise.allSettled([
      run.handle.executeUpdate(resumeUpdate, { args: [ANN] }),
      run.handle.executeUpdate(resumeUpdate, { args: [{ by: 'bob', reason: 'me, too' }] }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { lastReset } = (await statusOf('two people')).breaker;
    const lost = both.find((end) => end.status === 'rejected')?.reason as WorkflowUpdateFailedError;
    expect(lost.cause?.message).toContain(`already resumed by ${lastReset?.by ?? '?'}`);
    await run.handle.result();
  });
});

describe.concurrent('a paused run', () => {
  it.each([[undefined], ['ann'], [{ by: 'ann' }], [{ by: '', reason: 'x' }], [{ by: 7, reason: 'x' }], [[ANN]]])(
    'stays paused at %j: an update is refused with the reason, a signal leaves a warning in the details',
    async (payload) => {
      const cluster = `invalid ${JSON.stringify(payload)}`;
      const run = await breakerOf(cluster);
      await expect(run.handle.executeUpdate(resumeUpdate, { args: [payload] })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('expected {"by"') },
      });
      await run.handle.signal(resumeSignal, payload);
      await vi.waitFor(async () => {
        const { notes } = await run.handle.query(runProgressQuery);
        expect(notes.at(-1)).toMatch(/^resume refused at .*expected {"by"/);
      }, UNTIL_SEEN);
      expect(await phaseOf(run)).toBe('paused');
      expect((await statusOf(cluster)).breaker.state.kind).toBe('open');
      await run.handle.terminate();
    },
  );

  it('that is terminated leaves the breaker open; a person closes it at the record', async () => {
    const schedule = await scheduleOf('terminated');
    const run = await breakerOf('terminated');
    await run.handle.terminate();
    expect(await (await runOn('terminated')).handle.result()).toMatchObject({ headline: 'REFUSED' });
    const record = rig.env.client.workflow.getHandle(clusterWorkflowId('terminated'));
    await expect(record.executeUpdate(resetUpdate, { args: [{ ...ANN, runId: 'some other run' }] })).rejects.toThrow();
    await record.executeUpdate(resetUpdate, { args: [{ ...ANN, runId: null }] });
    expect(await noteOf(schedule)).toBeNull();
    expect(await (await runOn('terminated')).handle.result()).toMatchObject({ headline: 'PASS' });
  });

  it('that is cancelled ends cancelled, and leaves the breaker open', async () => {
    const run = await breakerOf('cancelled');
    await run.handle.cancel();
    await expect(run.handle.result()).rejects.toThrow();
    expect((await statusOf('cancelled')).breaker).toMatchObject({ consecutiveFailures: 3, state: { kind: 'open' } });
    expect(await run.handle.query(runProgressQuery)).toMatchObject({ phase: 'closed', result: { headline: 'FAIL' } });
  });

  it('pauses a schedule again that somebody has set going by hand', async () => {
    const schedule = await scheduleOf('by hand');
    const run = await breakerOf('by hand');
    await schedule.unpause('let us see');
    const refused = await (await runOn('by hand')).handle.result();
    expect(refused.summary).toContain('the schedule was paused');
    expect((await noteOf(schedule))?.startsWith(BREAKER_NOTE)).toBe(true);
    await run.handle.terminate();
  });

  it('leaves a schedule paused that a person had paused before', async () => {
    const schedule = await scheduleOf('maintenance');
    await schedule.pause('paused by bob: new disks');
    const run = await breakerOf('maintenance');
    expect(await noteOf(schedule)).toBe('paused by bob: new disks');
    const { schedule: said } = await run.handle.executeUpdate(resumeUpdate, { args: [ANN] });
    expect(said).toContain('stays paused');
    expect(await noteOf(schedule)).toBe('paused by bob: new disks');
  });

  it('says so when its urgent message cannot be sent, and still ends with a resume', async () => {
    const announce = ({ message }: { message: string }): Promise<void> =>
      message === 'breaker'
        ? Promise.reject(ApplicationFailure.nonRetryable('feishu: HTTP 403', 'NOTIFY_FAILED'))
        : Promise.resolve();
    const run = await breakerOf('unheard', { instead: { announce } });
    const { notes } = await run.handle.query(runProgressQuery);
    expect(notes).toContainEqual(expect.stringContaining('the message "breaker" could not be sent: feishu: HTTP 403'));
    await run.handle.signal(resumeSignal, ANN);
    await run.handle.result();
  });
});

describe.concurrent('a run that is not paused', () => {
  it('cannot be resumed, and goes on', async () => {
    const gate = createGate();
    const run = await runOn('running', { gates: { startCluster: gate } });
    await gate.reached;
    await expect(run.handle.executeUpdate(resumeUpdate, { args: [ANN] })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('not paused') },
    });
    await run.handle.signal(resumeSignal, ANN);
    gate.open();
    expect(await run.handle.result()).toMatchObject({ headline: 'PASS' });
    expect((await run.handle.query(runProgressQuery)).notes).toContainEqual(expect.stringContaining('resume refused'));
  });
});

describe.concurrent('the count', () => {
  it('goes back to 0 with a run that passes', async () => {
    for (const options of [failing, failing, {}]) await (await runOn('mended', options)).handle.result();
    const { breaker } = await statusOf('mended');
    expect(breaker.consecutiveFailures).toBe(0);
    expect(breaker.outcomes.map(({ consecutiveFailures }) => consecutiveFailures)).toEqual([1, 2, 0]);
  });

  it('stays where it is for runs of nothing but format errors, of which the third sends one warning', async () => {
    const unreadable: StubOptions = {
      instead: { collectClients: async () => [outcome({ sdk: 'go', result: null, lineProblem: 'no JSON' })] },
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

describe.concurrent('a tick of the schedule', () => {
  it('that falls into a scheduled run is skipped and counted; a manual run is refused meanwhile', async () => {
    const gate = createGate();
    const host = rig.hostOfSchedule('ticking', { gates: { preCheck: gate } });
    const schedule = await scheduleOf('ticking', 1);
    await gate.reached;
    const manual = await (await runOn('ticking')).handle.result();
    expect(manual).toMatchObject({ headline: 'REFUSED' });
    expect(manual.refusedBy).toMatch(/^chaos-run-ticking-\d{4}-/);
    await vi.waitFor(
      async () => expect((await schedule.describe()).info.numActionsSkippedOverlap).toBeGreaterThanOrEqual(2),
      { timeout: 15_000, interval: 100 },
    );
    await schedule.pause('seen enough');
    expect(host.calls.filter((call) => call === 'preparePlan')).toHaveLength(1);
    gate.open();
  });
});
