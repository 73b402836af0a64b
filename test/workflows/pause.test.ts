import { activityInfo } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NEW_BREAKER, recordEnding, type RecordedOutcome } from '../../src/domain/breaker.js';
import type { RunResult } from '../../src/domain/report-data.js';
import { CHAOS_QUEUE } from '../../src/domain/ids.js';
import type { PausedRun } from '../../src/messages/paused-run.js';
import { runProgressQuery, type RunProgress } from '../../src/messages/progress.js';
import { resumeSignal } from '../../src/messages/resume.js';
import { dataConverter } from '../../src/temporal/data-converter.js';
import { SEARCH_ATTRIBUTES } from '../../src/messages/search-attributes.js';
import type { chaosRunWorkflow } from '../../src/workflows/chaos-run.js';
import { ANN } from '../../testing/workflows/breaker-runs.js';
import { brokenTasks } from '../../testing/workflows/history.js';
import { planWith } from '../../testing/workflows/plans.js';
import { BUNDLE_PATH, quietRuntime, TIME_SKIPPING_PATH } from '../../testing/workflows/rig.js';
import { failure } from '../../testing/workflows/stub-host.js';

const TICKS = 1000;
const TICK_MS = 600_000;
const YEAR_MS = 365 * 86_400_000;
/** At so many events Temporal ends a workflow. */
const HARD_LIMIT = 51_200;

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  quietRuntime();
  env = await TestWorkflowEnvironment.createTimeSkipping({
    client: { dataConverter },
    server: { executable: { type: 'existing-path', path: TIME_SKIPPING_PATH } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    // 2: a keyword.
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name }) => [name, 2])),
  });
});
afterAll(() => env.teardown());

const plan = planWith();
const outcome = ['r1', 'r2', 'r3'].reduce(
  ({ breaker }, runId) =>
    recordEnding(breaker, {
      ...{ runId, workflowId: runId, runDir: `/${runId}`, hostQueue: CHAOS_QUEUE },
      ...{ kind: 'full', headline: 'FAIL', onlyFormatErrors: false, finishedAt: '2026-11-22T00:00:00.000Z' },
    }),
  { breaker: NEW_BREAKER, outcome: undefined as RecordedOutcome | undefined },
).outcome!;
const published = { githubUrl: null, pushError: null, issueError: null };
const result: RunResult = {
  headline: 'FAIL',
  ...{ runId: 'r3', runPassed: false, passRatePercent: 0, scenarios: [], refusedBy: null },
  ...{ summary: 'a summary', jsonPath: null, markdownPath: null, ...published },
};
const howToResume = { command: 'robustmq-chaos resume', temporal: '', signal: 'resume', payload: '' };
const progress: RunProgress = {
  ...{ runId: 'r3', runDir: '/r3', sdks: [], cluster: 'c', since: 'T', scenarios: [], control: [] },
  phase: 'paused',
  ...{ current: null, result, notes: ['the schedule was paused'] },
  pause: { since: 'T', consecutiveFailures: 3, byRuns: ['r1', 'r2', 'r3'], howToResume },
};
const written = { finishedAt: 'T', summary: 'a summary' };
const paused: PausedRun = { plan, finalized: { outcome, published, written, shouted: false }, result, progress };

it('a run that is paused while its channel is down keeps a short history, for a year and longer', async () => {
  const run = env.client.workflow.getHandle<typeof chaosRunWorkflow>('paused');
  /** Temporal's run id → how often people were to be told. */
  const ticks = new Map<string, number>();
  let all = 0;
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: CHAOS_QUEUE,
    workflowBundle: { codePath: BUNDLE_PATH },
    dataConverter,
    activities: {
      announce: async () => {
        const { runId } = activityInfo().workflowExecution!;
        ticks.set(runId, (ticks.get(runId) ?? 0) + 1);
        if (++all === TICKS) await run.signal(resumeSignal, ANN);
        throw failure('EQUIPMENT_FAILED', 'the channel is down');
      },
      resetBreaker: async () => ({ ...ANN, at: 'T', schedule: 'the schedule goes on' }),
    },
  });
  const start = { workflowId: 'paused', taskQueue: CHAOS_QUEUE };
  const args = [{}, paused] satisfies Parameters<typeof chaosRunWorkflow>;
  await env.client.workflow.start<typeof chaosRunWorkflow>('ChaosRunWorkflow', { ...start, args });
  const { notes, pause } = await worker.runUntil(async () => {
    await run.result();
    return run.query(runProgressQuery);
  });

  const histories = await Promise.all(
    [...ticks.keys()].map((runId) => env.client.workflow.getHandle('paused', runId).fetchHistory()),
  );
  const events = histories.map((history) => history.events!.length);
  const inputBytes = histories.map((history) =>
    history
      .events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!.map(({ data }) => data!.length)
      .reduce((sum, bytes) => sum + bytes, 0),
  );
  const perExecution = [...ticks.values()].slice(0, -1);
  expect(all).toBe(TICKS);
  expect(perExecution.length).toBeGreaterThan(0);
  expect(histories.flatMap(brokenTasks)).toEqual([]);
  // Each execution has as many events, and is given as much, as the one before: that which is a year later, too.
  expect(new Set(perExecution.map((count) => Math.round(count / 10))).size).toBe(1);
  expect(new Set(inputBytes.slice(1)).size).toBe(1);
  const executionsInAYear = Math.ceil(YEAR_MS / TICK_MS / perExecution[0]!);
  expect(Math.max(...events), `${executionsInAYear} executions in a year`).toBeLessThan(HARD_LIMIT / 10);
  // Without the end of an execution, the year would be one of more events than Temporal takes.
  expect(events[0]! * executionsInAYear).toBeGreaterThan(HARD_LIMIT);
  expect(pause).toBeNull();
  expect(notes).toEqual([
    'the schedule was paused',
    'the message "breaker" could not be sent: the channel is down',
    `resumed at T by ann: disk replaced (the schedule goes on)`,
  ]);
});
