import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scheduleActivities } from '../../src/activities/schedule.js';
import { BREAKER_NOTE } from '../../src/domain/schedule.js';
import { CHAOS_QUEUE, scheduleIdOf } from '../../src/domain/ids.js';
import type { RunResult } from '../../src/domain/report-data.js';
import { clusterStatus } from '../../src/client/cluster-status.js';
import { connectClient, embeddedServer } from '../../src/temporal/connection.js';
import { signalProcess } from '../../src/host/os/processes.js';
import { liveUsers, readServer } from '../../src/host/temporal/state.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import {
  addCluster,
  createSandbox,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  type Finished,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { crons } from '../../testing/crons.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';

// A person at the command line, from the first `schedule apply` over the third failure and the resume to `schedule remove`.
let sandbox: Sandbox;
let dev: Running;
let client: Client;
let pausedRun: string;

const person = ['--by', 'ann', '--reason', 'a test'];
const run = (...args: string[]): Promise<Finished> => start(args, sandbox).done;
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout);
const breaker = async () => (await clusterStatus(client, 'e2e')).breaker;
const counted = (count: number): Promise<true> =>
  mustPoll(`${count} failures`, async () => (await breaker()).consecutiveFailures === count || undefined);

beforeAll(async () => {
  sandbox = createSandbox(failingRounds);
  dev = start(['dev'], sandbox);
  await mustPoll('dev', () => liveUsers(sandbox.dataRoot).some(({ role }) => role === 'worker') || undefined);
  client = await connectClient(embeddedServer(sandbox.dataRoot)!);
});

afterAll(() => removeSandbox(sandbox));

describe('a cluster without a schedule', () => {
  test('has nothing to show, pause, resume, trigger or remove, and says how to make one', async () => {
    const verbs = [['show'], ['pause', ...person], ['resume', ...person], ['trigger'], ['remove']];
    for (const end of await Promise.all(verbs.map((verb) => run('schedule', ...verb)))) {
      expect(end.status).toBe(1);
      expect(end.stderr).toBe(
        'robustmq-chaos: cluster e2e has no schedule; make it with: robustmq-chaos schedule apply\n',
      );
    }
  });

  test('and without a pause has nothing to resume', async () => {
    const end = await run('resume', ...person);
    expect([end.status, end.stderr]).toEqual([1, 'robustmq-chaos: the breaker of cluster e2e is not open\n']);
  });
});

describe('a schedule', () => {
  test('is created by the first apply, which says its next times, and left alone by the second', async () => {
    for (const done of ['created', 'unchanged']) {
      const [first, ...next] = (await run('schedule', 'apply')).stdout.trimEnd().split('\n');
      expect(first).toBe(`schedule chaos-e2e: ${done}, 0 0 29 2 * (UTC)`);
      expect(next).toHaveLength(5);
      for (const line of next) expect(line).toMatch(/^  next \d{4}-02-29T00:00:00\+00:00$/);
    }
  });

  test('that a person paused says so, and stays paused when it is changed', async () => {
    expect(await run('schedule', 'pause', ...person)).toMatchObject({ status: 0 });
    expect((await run('schedule', 'pause', ...person)).stdout).toBe('already paused: paused by ann: a test\n');
    addCluster(sandbox.root, 'e2e', { ...failingRounds, schedule: { cron: '0 0 28 2 *', catch_up_seconds: 60 } });
    const said = (await run('schedule', 'apply')).stdout.split('\n').slice(1);
    expect(said.filter((line) => !line.startsWith('  next '))).toEqual([
      '  cron: 0 0 29 2 * → 0 0 28 2 *',
      '  catch_up_seconds: 600 → 60',
      '  paused: paused by ann: a test',
      '',
    ]);
    expect(await json('schedule', 'show')).toMatchObject({
      terms: { cron: '0 0 28 2 *', time_zone: 'UTC' },
      paused: true,
      note: 'paused by ann: a test',
      nextTimes: Array.from({ length: 5 }, (): unknown => expect.stringMatching(/^\d{4}-02-28T00:00:00\+00:00$/)),
      ticks: { started: 0, skipped: 0, missed: 0 },
      breaker: { state: { kind: 'closed' }, outcomes: [] },
    });
    expect((await run('schedule', 'resume', ...person)).stdout).toBe('schedule chaos-e2e goes on\n');
    expect((await run('schedule', 'resume', ...person)).stdout).toMatch(/is not paused/);
    expect(await json('schedule', 'show')).toMatchObject({ paused: false, note: 'resumed by ann: a test' });
  });
});

describe('the server', () => {
  test.each(crons)('takes %s, as the config does, and has a next time for it', async (cron) => {
    const handle = await client.schedule.create({
      scheduleId: `cron ${cron}`,
      spec: { cronExpressions: [cron], timezone: 'Asia/Shanghai' },
      action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none', workflowId: 'none' },
      state: { paused: true },
    });
    const { info } = await handle.describe();
    await handle.delete();
    expect(info.nextActionTimes.length).toBeGreaterThan(0);
  });
});

describe('two ticks and a round by hand that fail', () => {
  test('open the breaker: the round’s command ends with FAIL, and says how to resume', async () => {
    for (const failures of [1, 2]) {
      const { status, stdout } = await run('schedule', 'trigger');
      expect([status, stdout]).toEqual([0, expect.stringMatching(/^started chaos-run-e2e-\d{4}-/)]);
      await counted(failures);
      const { workflowId } = (await breaker()).outcomes.at(-1)!;
      await client.workflow.getHandle(workflowId).result();
    }
    const end = await run('round', '--json');
    const printed = JSON.parse(end.stdout) as { workflowId: string; paused: unknown };
    expect(end.status).toBe(1);
    expect(printed).toMatchObject({ headline: 'FAIL', paused: { consecutiveFailures: 3 } });
    pausedRun = printed.workflowId;
  });

  test('have the round, the words, the tick and the schedule refused, with the paused run and the way to resume', async () => {
    const ways = [
      ['round'],
      ['say', '帮我跑一轮 RobustMQ chaos 测试'],
      ['schedule', 'trigger'],
      ['schedule', 'resume', ...person],
    ];
    for (const { status, stdout, stderr } of await Promise.all(ways.map((way) => run(...way)))) {
      expect(status).toBe(75);
      expect(stdout + stderr).toContain(`${pausedRun} waits for a human`);
      expect(stdout + stderr).toContain(`robustmq-chaos resume --by NAME --reason TEXT --config ${sandbox.config}`);
    }
    expect((await breaker()).consecutiveFailures).toBe(3);
  });

  test('let a single scenario through, and do not count it', async () => {
    const end = await run('scenario', 'broker-kill-single', '--json');
    expect([end.status, JSON.parse(end.stdout)]).toMatchObject([1, { headline: 'FAIL', paused: null }]);
    const { outcomes, consecutiveFailures } = await breaker();
    expect([outcomes.at(-1)!.effect, consecutiveFailures]).toEqual(['not counted', 3]);
  });

  test('have a schedule that somebody set going by hand refuse its tick, and pause again', async () => {
    const schedule = client.schedule.getHandle(scheduleIdOf('e2e'));
    await schedule.unpause('by hand, in the Web UI');
    const before = (await schedule.describe()).info.numActionsTaken;
    await schedule.trigger();
    const tick = await mustPoll('the tick', async () => {
      const { info } = await schedule.describe();
      const last = info.recentActions.at(-1)?.action;
      return info.numActionsTaken > before && last?.type === 'startWorkflow' ? last.workflow.workflowId : undefined;
    });
    const result = (await client.workflow.getHandle(tick).result()) as RunResult;
    expect(result).toMatchObject({ headline: 'REFUSED', refusedBy: pausedRun, jsonPath: null });
    expect((await schedule.describe()).state).toMatchObject({
      paused: true,
      note: expect.stringMatching(new RegExp(`^${BREAKER_NOTE} 3`)),
    });
  });

  test('stay three over the death of the Temporal server, and the run stays open', async () => {
    const server = readServer(sandbox.dataRoot)!.process!;
    expect(signalProcess(server, 'SIGKILL')).toBe(true);
    await mustPoll('another server', () => {
      const now = readServer(sandbox.dataRoot)?.process?.pid;
      return (now !== undefined && now !== server.pid) || undefined;
    });
    const shown = await mustPoll('an answer', async () => {
      const status = (await json('status')) as { breaker: object | null; run: object | null };
      return status.breaker !== null && status.run !== null ? status : undefined;
    });
    expect(shown).toMatchObject({
      holder: null,
      breaker: { consecutiveFailures: 3, state: { kind: 'open', pausedRun: { workflowId: pausedRun } } },
      schedule: expect.stringMatching(new RegExp(`^paused — ${BREAKER_NOTE} 3 rounds`)),
      run: { phase: 'paused', pause: { consecutiveFailures: 3 } },
    });
  });

  test('are forgotten when somebody resumes: the run ends, the schedule goes on, people are told', async () => {
    const end = await run('resume', '--by', 'ann', '--reason', 'mended');
    expect([end.status, end.stdout]).toEqual([0, 'resumed by ann: mended. The count is 0; the schedule goes on.\n']);
    await client.workflow.getHandle(pausedRun).result();
    expect((await client.workflow.getHandle(pausedRun).describe()).status.name).toBe('COMPLETED');
    expect(await breaker()).toMatchObject({
      consecutiveFailures: 0,
      state: { kind: 'closed' },
      lastReset: { by: 'ann', reason: 'mended' },
    });
    expect((await client.schedule.getHandle(scheduleIdOf('e2e')).describe()).state.paused).toBe(false);
    const message = join(sandbox.dataRoot, 'runs', pausedRun, 'notifications', 'resumed.json');
    expect(JSON.parse(readFileSync(message, 'utf8'))).toMatchObject({ id: `${pausedRun}/resumed` });
    const again = await run('resume', '--by', 'bob', '--reason', 'me, too');
    expect([again.status, again.stderr]).toEqual([
      1,
      expect.stringMatching(/is not open; it was resumed at .* by ann: mended/),
    ]);
  });
});

describe('a pause by the breaker that a worker’s death held up', () => {
  test('is taken back if somebody has resumed meanwhile', async () => {
    const worker = new MockActivityEnvironment({}, { client });
    const late = { cluster: 'e2e', note: `${BREAKER_NOTE} 3 rounds in a row failed` };
    const done = await worker.run(scheduleActivities.pauseSchedule, late);
    expect(done).toBe('the schedule goes on: the breaker was closed meanwhile');
    const { state } = await client.schedule.getHandle(scheduleIdOf('e2e')).describe();
    expect(state).toMatchObject({ paused: false, note: 'the breaker was closed meanwhile' });
  });
});

describe('a paused run that somebody terminated', () => {
  test('leaves the breaker open, and `resume` closes it all the same', async () => {
    for (const workflowId of ['one', 'two', 'three']) {
      await client.workflow.start('ChaosRunWorkflow', {
        workflowId,
        taskQueue: CHAOS_QUEUE,
        args: [{ config: sandbox.config }],
      });
      await mustPoll(
        workflowId,
        async () =>
          (await clusterStatus(client, 'e2e')).breaker.outcomes.some(({ runId }) => runId === workflowId) || undefined,
      );
      await mustPoll('the cluster', async () => (await clusterStatus(client, 'e2e')).holder === null || undefined);
    }
    const paused = client.workflow.getHandle('three');
    await mustPoll('the pause', async () => (await paused.query(runProgressQuery)).phase === 'paused' || undefined);
    await paused.terminate('by the test');
    expect((await run('status')).stdout).toMatch(/OPEN since .*\n.*three is no longer there; to resume:/);
    const end = await run('resume', ...person);
    expect([end.status, end.stdout]).toEqual([0, 'resumed by ann: a test. The count is 0; the schedule goes on.\n']);
    expect(await breaker()).toMatchObject({ consecutiveFailures: 0, state: { kind: 'closed' } });
  });
});

describe('a schedule that is removed', () => {
  test('is gone; the record of the cluster stays', async () => {
    expect((await run('schedule', 'remove')).stdout).toBe('schedule chaos-e2e is removed\n');
    expect(await run('schedule', 'show')).toMatchObject({ status: 1 });
    expect((await breaker()).lastReset).toMatchObject({ by: 'ann' });
    await client.connection.close();
    dev.child.kill('SIGTERM');
    await dev.done;
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});
