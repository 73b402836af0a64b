import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pausedRunOf } from '../../src/client/cluster-status.js';
import { resume } from '../../src/client/commands/resume.js';
import { whyStuck } from '../../src/client/stuck.js';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { resumeSignal, resumeUpdate } from '../../src/messages/resume.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { ANN, breakerRuns, failing, UNTIL_SEEN } from '../../testing/workflows/breaker-runs.js';
import { createGate } from '../../testing/workflows/gate.js';
import { run as runProgram } from '../../testing/program.js';
import { scratchFolder } from '../../testing/scratch.js';
import { encoded, rawAccess } from '../../testing/workflows/from-outside.js';
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
    const end = [
      'announce verdict',
      'announce breaker',
      'removeOld',
      'resetBreaker',
      'unpauseSchedule',
      'announceResume',
    ];
    expect(run.host.calls.slice(-6)).toEqual(end);
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

describe.concurrent('a paused run whose record somebody has ended', () => {
  it('is found and resumed: it ends, the schedule goes on, and both are said', async () => {
    const { client } = rig.env;
    const schedule = await scheduleOf('ended');
    const run = await breakerOf('ended');
    await client.workflow.getHandle(clusterWorkflowId('ended')).terminate();
    await vi.waitFor(async () => expect(await pausedRunOf(client, 'ended')).toBe(run.handle.workflowId), UNTIL_SEEN);
    const words = /^the cluster's record is no longer there, so nothing was reset; the schedule goes on$/;
    expect(await resume(client, 'ended', ANN)).toMatchObject({ ...ANN, schedule: expect.stringMatching(words) });
    expect(await run.handle.result()).toMatchObject({ headline: 'FAIL' });
    expect((await run.handle.query(runProgressQuery)).notes.at(-1)).toContain('nothing was reset');
    expect(await noteOf(schedule)).toBeNull();
  });

  it('and a later run has begun again, ends as well, and its schedule goes on', async () => {
    const schedule = await scheduleOf('begun again');
    const run = await breakerOf('begun again');
    await rig.env.client.workflow.getHandle(clusterWorkflowId('begun again')).terminate();
    await (await runOn('begun again')).handle.result();
    await run.handle.signal(resumeSignal, ANN);
    await run.handle.result();
    expect((await run.handle.query(runProgressQuery)).notes.at(-1)).toMatch(/is not open.*the schedule goes on/);
    expect(await noteOf(schedule)).toBeNull();
  });
});

describe('a paused run whose workflow task fails', () => {
  it('is said to do so, with the reason; a resume by way of the record lets the runs go on', async () => {
    const { client } = rig.env;
    // A worker that cannot read what it is sent: in this way, too, a task can fail.
    const worker = await rig.createWorker('undefended', { dataConverter: {} });
    const schedule = await scheduleOf('stuck');
    const run = await breakerOf('stuck', { queue: 'undefended' });
    const { workflowId } = run.handle;
    expect(await whyStuck(client, workflowId)).toBeUndefined();
    await rawAccess(client).signal(workflowId, 'resume', encoded('json/protobuf', JSON.stringify(ANN)));
    await vi.waitFor(async () => expect(await whyStuck(client, workflowId)).toBeDefined(), UNTIL_SEEN);
    expect(await whyStuck(client, workflowId)).toMatch(
      /^run-\d+ does not go on: its workflow task fails since \S+ \(attempt \d+\): Unknown encoding: json\/protobuf$/,
    );
    const file = join(scratchFolder('stuck'), 'chaos.yml');
    writeFileSync(
      file,
      'data_dir: data\ncluster: { name: stuck }\nscenarios: [{ name: kill, fault: broker-kill, target: robustmq-server }]\n',
    );
    const status = await runProgram(['status', '--config', file], { TEMPORAL_ADDRESS: rig.env.address });
    expect(status.stdout).toMatch(/^ {10}run-\d+ does not go on; to resume:$/m);
    expect(status.stdout).toMatch(/^stuck {5}run-\d+ does not go on: .*Unknown encoding/m);
    expect(await resume(client, 'stuck', ANN)).toMatchObject({
      ...ANN,
      schedule: expect.stringMatching(/^the schedule goes on; .*does not go on.*It was terminated$/),
    });
    expect((await run.handle.describe()).status.name).toBe('TERMINATED');
    expect((await statusOf('stuck')).breaker).toMatchObject({ consecutiveFailures: 0, state: { kind: 'closed' } });
    expect(await noteOf(schedule)).toBeNull();
    await worker.stop();
  });
});
