import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { BREAKER_NOTE } from '../../src/domain/schedule.js';
import { CHAOS_QUEUE } from '../../src/domain/ids.js';
import { clusterStatus } from '../../src/client/cluster-status.js';
import { connectClient, embeddedServer } from '../../src/temporal/connection.js';
import { readConfig } from '../../src/client/options.js';
import { applySchedule, requireSchedule } from '../../src/client/schedule.js';
import { useServer } from '../../src/host/temporal/state.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { CHAOS_STATE } from '../../src/messages/search-attributes.js';
import {
  createSandbox,
  environmentIn,
  mustPoll,
  nothingLeft,
  removeSandbox,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';

// Workers that are killed by SIGKILL, one after another, around each step of what follows the third failure.
const workerScript = fileURLToPath(new URL('../../testing/rounds/worker-that-dies.mjs', import.meta.url));

interface Scene {
  readonly sandbox: Sandbox;
  readonly client: Client;
  readonly third: WorkflowHandle;
  readonly runs: readonly string[];
  /** Standard output of all workers. */
  readonly said: string;
}

interface Workers {
  /** Signals by which the workers ended so far. */
  readonly ends: (string | null)[];
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

/** Keeps one worker alive at any time, each of which dies at the first of the points that none has died at. */
function keepWorker(sandbox: Sandbox, points: readonly string[]): Workers {
  const ends: (string | null)[] = [];
  let [said, stopped] = ['', false];
  let last: Promise<void>;
  let child: ChildProcess;
  const begin = (): void => {
    child = spawn(process.execPath, [workerScript, sandbox.config, sandbox.root, ...points], {
      env: environmentIn(sandbox),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    last = new Promise((resolve) => {
      child.once('close', (_, signal) => {
        if (stopped) return resolve();
        ends.push(signal);
        begin();
        resolve();
      });
    });
  };
  begin();
  const stop = (): Promise<void> => {
    stopped = true;
    child.kill('SIGTERM');
    return last;
  };
  return { ends, said: () => said, stop };
}

async function runRound(client: Client, sandbox: Sandbox, workflowId: string): Promise<WorkflowHandle> {
  const args = [{ config: sandbox.config }];
  const run = await client.workflow.start('ChaosRunWorkflow', { workflowId, taskQueue: CHAOS_QUEUE, args });
  await mustPoll(`the end of ${workflowId}`, async () => {
    const { phase } = await run.query(runProgressQuery);
    return phase === 'paused' || phase === 'closed' || undefined;
  });
  return run;
}

/** Three failing rounds, with a death at each of the points in the third; `look` sees what is there once that is paused. */
async function play(points: readonly string[], look: (scene: Scene) => Promise<void>): Promise<void> {
  const sandbox = createSandbox(failingRounds);
  const leave = useServer(sandbox.dataRoot, 'command');
  const workers = keepWorker(sandbox, points);
  try {
    await mustPoll('the worker', () => workers.said().includes('ready') || undefined);
    const client = await connectClient(embeddedServer(sandbox.dataRoot)!);
    await applySchedule(client, readConfig(sandbox.config));
    const runs = ['first', 'second', 'third'];
    for (const id of runs) await runRound(client, sandbox, id);
    expect(workers.ends).toEqual(points.map(() => 'SIGKILL'));
    expect(points.filter((point) => !existsSync(join(sandbox.root, point)))).toEqual([]);
    await look({ sandbox, client, third: client.workflow.getHandle('third'), runs, said: workers.said() });
    await client.connection.close();
    await workers.stop();
    leave();
    expect(await nothingLeft(sandbox)).toEqual([]);
  } finally {
    leave();
    await workers.stop();
    await removeSandbox(sandbox);
  }
}

/** Activities of the run that were tried more than once, with the number of the try that came through. */
async function retried(run: WorkflowHandle): Promise<Record<string, number>> {
  const { events } = await run.fetchHistory();
  const names = new Map<number, string>();
  const found: Record<string, number> = {};
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) names.set(Number(event.eventId), scheduled.activityType?.name ?? '?');
    const started = event.activityTaskStartedEventAttributes;
    if ((started?.attempt ?? 1) > 1) found[names.get(Number(started!.scheduledEventId))!] = started!.attempt!;
  }
  return found;
}

/** How often somebody has paused, unpaused or triggered a schedule: each is a signal to the server's own workflow behind it. */
async function patches(client: Client, scheduleId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(`temporal-sys-scheduler:${scheduleId}`).fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'patch')
    .length;
}

const URGENT = '🚨 连续 3 轮失败,请人工介入\n最后失败';
const times = (text: string, part: string): number => text.split(part).length - 1;

async function expectPaused({ sandbox, client, third, runs }: Scene): Promise<void> {
  const { breaker, holder } = await clusterStatus(client, 'e2e');
  expect(holder).toBeNull();
  expect(breaker.consecutiveFailures).toBe(3);
  expect(breaker.outcomes.map(({ runId, effect }) => [runId, effect])).toEqual(runs.map((id) => [id, 'counted']));
  expect(breaker.state).toMatchObject({ kind: 'open', byRuns: runs, pausedRun: { workflowId: 'third' } });
  const { schedule } = await requireSchedule(client, 'e2e');
  expect(schedule.state.paused).toBe(true);
  expect(schedule.state.note).toMatch(new RegExp(`^${BREAKER_NOTE}.*first, second, third.*robustmq-chaos resume`));
  expect(await patches(client, schedule.scheduleId)).toBe(1);
  const { status, typedSearchAttributes } = await third.describe();
  expect([status.name, typedSearchAttributes.get(CHAOS_STATE)]).toEqual(['RUNNING', 'paused']);
  expect(readMessage(sandbox)).toMatchObject({ id: 'third/breaker', urgent: true, runId: 'third' });
}

const notifications = (sandbox: Sandbox): string => join(sandbox.dataRoot, 'runs', 'third', 'notifications');
const readMessage = (sandbox: Sandbox): unknown =>
  JSON.parse(readFileSync(join(notifications(sandbox), 'breaker.json'), 'utf8'));

describe.concurrent('workers that are killed in the third failing round', () => {
  test(
    'before and after the count, and after the pause: one count for each run, one pause, one urgent message',
    () =>
      play(['before the count', 'after the count', 'after the pause of the schedule'], async (scene) => {
        expect(await retried(scene.third)).toEqual({ recordOutcome: 3, pauseSchedule: 2 });
        await expectPaused(scene);
        expect(times(scene.said, URGENT)).toBe(1);
      }),
    180_000,
  );

  test(
    'after the urgent message, say it no second time; between it and its mark, again with the same id',
    () =>
      play(['between the urgent message and its mark', 'after the urgent message'], async (scene) => {
        expect(await retried(scene.third)).toEqual({ announce: 3 });
        await expectPaused(scene);
        expect(times(scene.said, URGENT)).toBe(2);
        const first: unknown = JSON.parse(
          readFileSync(join(scene.sandbox.root, 'between the urgent message and its mark'), 'utf8'),
        );
        expect(first).toEqual(readMessage(scene.sandbox));
      }),
    180_000,
  );
});
