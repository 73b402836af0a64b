import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { BREAKER_NOTE } from '../../src/domain/schedule.js';
import { resetUpdate } from '../../src/messages/cluster-record.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { resumeSignal } from '../../src/messages/resume.js';
import { ANN, breakerRuns } from '../../testing/workflows/breaker-runs.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const { runOn, statusOf, stateOf, breakerOf, scheduleOf, noteOf } = breakerRuns(() => rig);

describe.concurrent('the third failed run in a row', () => {
  it('stays open, paused, with the cluster free, the schedule off, and everything that a person needs to go on', async () => {
    const schedule = await scheduleOf('third');
    const run = await breakerOf('third');
    expect(run.host.calls.slice(-7)).toEqual([
      'recordOutcome',
      'pauseSchedule',
      'releaseCluster',
      'publishReport',
      'announce verdict',
      'announce breaker',
      'removeOld',
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
});

describe.concurrent('a paused run', () => {
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

describe.concurrent('old runs that cannot be removed', () => {
  it('are said when everybody has been told, and fail neither the run nor its publication', async () => {
    const publishReport = () => Promise.resolve({ githubUrl: 'https://r', pushError: null, issueError: null });
    const removeOld = (): Promise<never> => Promise.reject(ApplicationFailure.nonRetryable('the disk is slow'));
    const run = await runOn('unpruned', { instead: { publishReport, removeOld } });
    expect(await run.handle.result()).toMatchObject({ headline: 'PASS', githubUrl: 'https://r', pushError: null });
    expect(run.host.calls.slice(-3)).toEqual(['publishReport', 'announce verdict', 'removeOld']);
    expect((await run.handle.query(runProgressQuery)).notes).toEqual([
      'old runs could not be removed: the disk is slow',
    ]);
  });
});

describe.concurrent('a report that cannot be pushed', () => {
  it('is said, and fails neither the run nor its message', async () => {
    const publishReport = (): Promise<never> => Promise.reject(ApplicationFailure.nonRetryable('no such branch'));
    const run = await runOn('unpushed', { instead: { publishReport } });
    expect(await run.handle.result()).toMatchObject({ headline: 'PASS', githubUrl: null, pushError: 'no such branch' });
    expect(run.host.calls.slice(-2)).toEqual(['announce verdict', 'removeOld']);
    expect((await run.handle.query(runProgressQuery)).notes).toEqual([expect.stringContaining('no such branch')]);
  });
});
