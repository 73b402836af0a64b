import type { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resumeSignal, resumeUpdate } from '../../src/messages/resume.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { ANN, breakerRuns, failing, UNTIL_SEEN } from '../../testing/workflows/breaker-runs.js';
import { createGate } from '../../testing/workflows/gate.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const { runOn, statusOf, phaseOf, stateOf, breakerOf, scheduleOf, noteOf } = breakerRuns(() => rig);

describe.concurrent('the third failed run in a row', () => {
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
