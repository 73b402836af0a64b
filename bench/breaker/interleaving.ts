// Plays one interleaving on a cluster of its own, and compares what the program says with the model after every step.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clusterStatus } from '../../src/client/cluster-status.js';
import { resume } from '../../src/client/commands/resume.js';
import { readConfig } from '../../src/client/options.js';
import { applySchedule, findSchedule } from '../../src/client/schedule.js';
import { ChaosError } from '../../src/domain/errors.js';
import { CHAOS_QUEUE, clusterWorkflowId } from '../../src/domain/ids.js';
import { releaseUpdate, type Holder } from '../../src/messages/cluster-record.js';
import { CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { afterResume, afterRun, START, type Model } from './model.js';
import type { ResumeStep, RunStep, Step, Victim } from './plan.js';
import type { Stage } from './stage.js';

/** Until a moment has come, and after it. */
const LOOK_EVERY_MS = { before: 60, after: 400 };

/** What the program said is not what the model says. */
class Mismatch extends Error {}

function same(what: string, got: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Mismatch(`${what}: expected ${b}, got ${a}`);
}

const gone = (error: unknown): undefined => {
  if (error instanceof WorkflowNotFoundError) return undefined;
  throw error;
};

/** A run's state as the server has it: open, paused (for a human), or closed, and with which result. */
interface RunState {
  readonly isOpen: boolean;
  readonly isTerminated: boolean;
  readonly events: number;
  readonly chaos: string | undefined;
}

async function stateOf(client: Client, id: string): Promise<RunState> {
  const { status, historyLength, typedSearchAttributes } = await client.workflow.getHandle(id).describe();
  const isOpen = status.name === 'RUNNING';
  return {
    isOpen,
    isTerminated: status.name === 'TERMINATED',
    events: historyLength,
    chaos: typedSearchAttributes.get(CHAOS_STATE),
  };
}

function start(stage: Stage, id: string, config: string): Promise<unknown> {
  const options = { workflowId: id, taskQueue: CHAOS_QUEUE, args: [{ config }] };
  return stage.ask(`start ${id}`, (client) =>
    client.workflow.start('ChaosRunWorkflow', options).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }),
  );
}

const kills = (stage: Stage, id: string): Readonly<Record<Victim, () => unknown>> => ({
  ...stage.kill,
  run: () =>
    stage.ask(`terminate ${id}`, (client) => client.workflow.getHandle(id).terminate('by the bench').catch(gone)),
});

/** Begins a run, kills what the step says at its moment, and waits until the run is closed or paused. */
async function play(stage: Stage, id: string, config: string, { killed, moment }: RunStep): Promise<RunState> {
  await start(stage, id, config);
  let due = killed;
  for (;;) {
    const state = await stage.ask(`state of ${id}`, (client) => stateOf(client, id));
    const isOver = !state.isOpen || state.chaos === 'paused';
    if (due !== null && (isOver || state.events >= moment)) {
      await kills(stage, id)[due]();
      due = null;
    } else if (isOver) return state;
    await sleep(due === null ? LOOK_EVERY_MS.after : LOOK_EVERY_MS.before);
  }
}

/** Waits until nothing is under way that a dead run has begun: no activity at work, and no update on its way to the record. */
async function settle(stage: Stage, cluster: string): Promise<void> {
  const nobody = { workflowId: 'nobody', temporalRunId: 'nobody' };
  do {
    while (!stage.isReady() || !stage.isQuiet(cluster)) await sleep(50);
    await stage.ask(`the record of ${cluster}`, (client) =>
      client.workflow
        .getHandle(clusterWorkflowId(cluster))
        .executeUpdate(releaseUpdate, { args: [nobody] })
        .catch(gone),
    );
  } while (!stage.isReady() || !stage.isQuiet(cluster));
}

/** The answer to a resume; one whose first answer was lost is known by its reason. */
async function tryResume(stage: Stage, cluster: string, reason: string): Promise<'closed' | 'refused'> {
  return stage.ask(`resume ${cluster}`, async (client) => {
    try {
      await resume(client, cluster, { by: 'bench', reason });
      return 'closed';
    } catch (error) {
      if (!(error instanceof ChaosError || error instanceof WorkflowUpdateFailedError)) throw error;
      const { lastReset } = (await clusterStatus(client, cluster)).breaker;
      return lastReset?.reason === reason ? 'closed' : 'refused';
    }
  });
}

const isPaused = async (client: Client, cluster: string): Promise<boolean | undefined> =>
  (await findSchedule(client, cluster))?.state.paused;

/** The record and the schedule, against the model. `mayTick`: the run that opened the breaker did not live to pause the schedule. */
async function compare(stage: Stage, cluster: string, model: Model, mayTick: boolean): Promise<Holder | null> {
  const { breaker, holder } = await stage.ask(`status of ${cluster}`, (client) => clusterStatus(client, cluster));
  same('count', breaker.consecutiveFailures, model.count);
  same('breaker', breaker.state.kind === 'open' ? breaker.state.pausedRun.runId : null, model.open);
  same(
    'runs recorded',
    breaker.outcomes.map(({ runId }) => runId),
    model.recorded,
  );
  const paused = await stage.ask(`schedule of ${cluster}`, (client) => isPaused(client, cluster));
  if (!(model.open !== null && mayTick)) same('schedule paused', paused, model.open !== null);
  return holder;
}

interface RunOfPlan {
  readonly id: string;
  readonly config: string;
  readonly step: RunStep;
  readonly model: Model;
}

interface AfterRun {
  readonly model: Model;
  readonly mayTick: boolean;
  readonly isRefused: boolean;
}

/** One run of the plan; returns the model after it. */
async function runStep(stage: Stage, cluster: string, { id, config, step, model }: RunOfPlan): Promise<AfterRun> {
  const state = await play(stage, id, config, step);
  await settle(stage, cluster);
  const { breaker } = await stage.ask(`status of ${cluster}`, (client) => clusterStatus(client, cluster));
  const recorded = breaker.outcomes.some(({ runId }) => runId === id);
  const passes = step.what === 'passes';
  const next = afterRun(model, { id, passes, recorded: recorded || !state.isTerminated });
  if (!state.isTerminated) {
    const expected = model.open !== null ? 'refused' : next.open === id ? 'paused' : passes ? 'passed' : 'failed';
    same(`${id} ended`, state.chaos, expected);
    const message = join(stage.dataRoot, 'runs', id, 'notifications', 'breaker.json');
    same(`${id} shouted`, existsSync(message), next.open === id);
  }
  return { model: next, mayTick: state.isTerminated && next.open === id, isRefused: state.chaos === 'refused' };
}

async function resumeStep(
  stage: Stage,
  cluster: string,
  { reason, step, model }: { readonly reason: string; readonly step: ResumeStep; readonly model: Model },
): Promise<Model> {
  const answer = tryResume(stage, cluster, reason);
  if (step.killed !== null) await sleep(step.moment).then(stage.kill[step.killed]);
  same('resume', await answer, model.open === null ? 'refused' : 'closed');
  const next = afterResume(model);
  const { open } = model;
  if (open !== null)
    await stage.ask('the end of the paused run', async (client) => {
      const { isOpen } = await stateOf(client, open);
      if (isOpen) throw new Error(`${open} is still open`);
    });
  return next;
}

/** Plays every step; resolves with the model at the end. Rejects with a Mismatch. */
export async function playInterleaving(stage: Stage, cluster: string, steps: readonly Step[]): Promise<Model> {
  const configs = stage.configsOf(cluster);
  await stage.ask('the schedule', (client) => applySchedule(client, readConfig(configs.fails)));
  let [model, mayTick] = [START, false];
  for (const [n, step] of steps.entries()) {
    const name = `${cluster}-${n + 1}`;
    if (step.what === 'resume') model = await resumeStep(stage, cluster, { reason: name, step, model });
    else {
      const after = await runStep(stage, cluster, { id: name, config: configs[step.what], step, model });
      model = after.model;
      // A refused run pauses a schedule that the one before could not.
      mayTick = after.mayTick || (mayTick && !after.isRefused);
    }
    await compare(stage, cluster, model, mayTick);
  }
  return model;
}
