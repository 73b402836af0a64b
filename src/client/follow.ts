import { CancelledFailure, WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ChaosError, ERRORS, type ErrorCode } from '../domain/errors.js';
import { isOpenExecution } from '../domain/execution.js';
import { scenarioWorkflowId } from '../domain/ids.js';
import type { RunResult } from '../domain/report-data.js';
import { sleepMs } from '../host/os/clock.js';
import {
  runProgressQuery,
  scenarioProgressQuery,
  type RunProgress,
  type ScenarioProgress,
} from '../messages/progress.js';
import type { RunPause } from '../messages/resume.js';
import type { Display } from './display.js';
import { onInterrupt, type Interrupts } from './interrupts.js';
import { EXIT_INTERRUPTED } from './exit.js';
import type { Session } from './session.js';
import { whyNotGoingOn } from './stuck.js';

const LOOK_EVERY_MS = 400;
/** A server that does not come back within this ends the display, not the run. */
const LOST_AFTER_MS = 60_000;

/**
 * `paused`: the verdict is there, and the run waits for a human. `lost`: Temporal was out of reach for too long; the run goes on without being
 * watched.
 */
export type Ending =
  | { readonly kind: 'closed'; readonly result: RunResult }
  | { readonly kind: 'paused'; readonly result: RunResult; readonly pause: RunPause }
  | { readonly kind: 'lost'; readonly why: string };

/** Where a run is followed: on which server, shown where, printed how. */
export interface Desk {
  readonly session: Session;
  readonly display: Display;
  readonly json: boolean;
  readonly cluster: string;
}

const LEAVE = 'press Ctrl-C again to leave at once';

function leave({ display }: Desk): never {
  display.say(
    'left without waiting. The next round, or robustmq-chaos cancel, takes the run up; until then the keeper ends the fault, and stops the cluster, ' +
      'when the lease is over',
  );
  process.exit(EXIT_INTERRUPTED);
}

/** An interrupt cancels the run, and waits for it to end in good order; a second one leaves the display, and the run to who takes it up. */
export const cancelling = (desk: Desk, workflowId: string): Interrupts =>
  onInterrupt({
    first: () => {
      desk.display.say(`cancelling: ending the fault, stopping the cluster, writing the report (${LEAVE})`);
      desk.session.client.workflow
        .getHandle(workflowId)
        .cancel()
        .catch((error: unknown) => desk.display.say(`could not cancel: ${String(error)}`));
    },
    again: () => leave(desk),
  });

/** The same of a run that is cancelled already: there is nothing to do but wait. */
export const ending = (desk: Desk, also: string): Interrupts =>
  onInterrupt({
    first: () => desk.display.say(`${also}; waiting for the run to end in good order (${LEAVE})`),
    again: () => leave(desk),
  });

/** Shows a run to its end; `begin` comes after the interrupts are in place. That the run is out of reach is said. */
export async function seeToEnd(
  desk: Desk,
  workflowId: string,
  interrupts: Interrupts,
  begin: () => Promise<void> = () => Promise.resolve(),
): Promise<Ending> {
  const { session, display } = desk;
  try {
    await begin();
    const end = await follow(session, workflowId, display);
    display.end();
    if (end.kind === 'lost') {
      const why = (await whyNotGoingOn(session.client, workflowId)) ?? `Temporal cannot be reached (${end.why})`;
      display.say(`${why}. The run continues. Check it with: robustmq-chaos status`);
    }
    return end;
  } finally {
    interrupts.off();
  }
}

/** What a run is doing, and the scenario in it. */
export async function look(
  client: Client,
  workflowId: string,
): Promise<{ run: RunProgress; scenario: ScenarioProgress | undefined }> {
  const run = await client.workflow.getHandle(workflowId).query(runProgressQuery);
  if (run.current === null) return { run, scenario: undefined };
  const child = client.workflow.getHandle(scenarioWorkflowId(workflowId, run.current));
  return { run, scenario: await child.query(scenarioProgressQuery).catch(() => undefined) };
}

async function isClosed(client: Client, workflowId: string): Promise<boolean> {
  const { status } = await client.workflow.getHandle(workflowId).describe();
  return !isOpenExecution(status.name);
}

/** The result of a closed run; a cancelled one keeps its in the answer to the query. Throws what ended a run without a verdict. */
async function resultOf(client: Client, workflowId: string): Promise<RunResult> {
  try {
    return (await client.workflow.getHandle(workflowId).result()) as RunResult;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { result } = await client.workflow.getHandle(workflowId).query(runProgressQuery);
    if (error.cause instanceof CancelledFailure && result !== null) return result;
    throw asChaosError(error.cause ?? error);
  }
}

/** The error of an activity that ended the run, with its code where it has one. */
export function asChaosError(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && cause.type && cause.type in ERRORS) {
      return new ChaosError(cause.type as ErrorCode, cause.message);
    }
  }
  return error;
}

/** Shows a run until it is closed or waits for a human. Server and worker are brought back if they die; the display gives up when Temporal stays away. */
export async function follow(session: Session, workflowId: string, display: Display): Promise<Ending> {
  let lastSeen = Date.now();
  for (;;) {
    try {
      await session.keepAlive();
      const { run, scenario } = await look(session.client, workflowId);
      display.show(run, scenario);
      lastSeen = Date.now();
      const { result, pause } = run;
      if (run.phase === 'paused' && result !== null && pause !== null) return { kind: 'paused', result, pause };
      if (run.phase === 'closed' || (await isClosed(session.client, workflowId))) {
        return { kind: 'closed', result: await closedResult(session.client, workflowId) };
      }
    } catch (error) {
      if (error instanceof ChaosError) throw error;
      const closed = await isClosed(session.client, workflowId).catch(() => false);
      if (closed) return { kind: 'closed', result: await resultOf(session.client, workflowId) };
      if (Date.now() - lastSeen > LOST_AFTER_MS) return { kind: 'lost', why: String(error) };
    }
    await sleepMs(LOOK_EVERY_MS);
  }
}

/** The result is in the answer a moment before the workflow is closed. */
async function closedResult(client: Client, workflowId: string): Promise<RunResult> {
  while (!(await isClosed(client, workflowId))) await sleepMs(50);
  return resultOf(client, workflowId);
}
