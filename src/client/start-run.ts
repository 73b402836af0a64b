import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Config } from '../config/load.js';
import { chosenScenarios, chosenSdks, refuseOver } from '../config/plan.js';
import { CHAOS_QUEUE, chaosRunWorkflowId } from '../domain/ids.js';
import type { RunRequest } from '../domain/plan.js';
import { exitCodeOf } from '../domain/status.js';
import type { chaosRunWorkflow } from '../workflows/chaos-run.js';
import { missingSearchAttributes, withoutAttributes } from '../temporal/register-search-attributes.js';
import { workflowUrl } from '../temporal/connection.js';
import { announce } from './announce.js';
import { createDisplay } from './display.js';
import { EXIT_INTERRUPTED, EXIT_LOST, EXIT_REFUSED } from './exit.js';
import { cancelling, ending, seeToEnd, type Desk } from './follow.js';
import { openSession } from './session.js';
import { holdingRun, otherThanAsked, type Asked, type HoldingRun } from './holding-run.js';

export interface RunOptions {
  readonly json: boolean;
  readonly sdks: readonly string[] | undefined;
  /** A run that holds the cluster is cancelled, and ends, before this one starts. */
  readonly cancelFirst: boolean;
}

/** Starts a run, or takes up the one that was left alone on the cluster, shows it until its verdict, and returns the command's exit status. */
export async function startRun(config: Config, scenario: string | undefined, options: RunOptions): Promise<number> {
  const request = {
    config: resolve(config.path),
    host: config.host.id,
    ...(scenario === undefined ? {} : { scenario }),
    ...(options.sdks === undefined ? {} : { sdks: options.sdks }),
  } satisfies RunRequest;
  // What can be refused is refused before anything is started.
  refuseOver(config);
  const scenarios = chosenScenarios(config, request).map(({ name }) => name);
  const asked: Asked = { request, scenarios, sdks: chosenSdks(config, request) };
  const display = createDisplay(options.json ? process.stderr : process.stdout);
  const session = await openSession(config);
  const desk: Desk = { session, display, json: options.json, cluster: config.cluster.name };
  try {
    await tellOfAttributes(desk);
    return await firstWhatHolds(desk, asked, options.cancelFirst);
  } finally {
    await session.close();
  }
}

/** Somebody else's server may not let a worker add them: that is said where a person reads it, too. */
async function tellOfAttributes({ session: { client, place }, display }: Desk): Promise<void> {
  if (place.kind === 'embedded') return;
  const missing = await missingSearchAttributes(client, place.namespace);
  if (missing.length > 0) display.say(withoutAttributes(missing, place));
}

/** A run that holds the cluster, and that no living process follows, is taken up. Of one that somebody follows the new run itself says so: it is refused. */
async function firstWhatHolds(desk: Desk, asked: Asked, cancelFirst: boolean): Promise<number> {
  const { session, cluster } = desk;
  const held = await holdingRun(session.client, cluster);
  // A run waits for one of a series, which this command's worker brings to its end.
  if (held === undefined || (held.kind === 'series' && !cancelFirst)) return ownRun(desk, asked, cancelFirst);
  const isStranded = await session.follow(held.workflowId);
  if (cancelFirst || (isStranded && held.isCancelled)) {
    const status = await untilItsEnd(desk, held);
    return status ?? ownRun(desk, asked, false);
  }
  return isStranded ? takenUp(desk, held, asked) : ownRun(desk, asked, cancelFirst);
}

const titleOf = (cluster: string, { scenario }: RunRequest): string =>
  scenario === undefined ? `Full round on ${cluster}` : `${scenario} on ${cluster}`;

async function ownRun(desk: Desk, asked: Asked, cancelFirst: boolean): Promise<number> {
  const { session, display, cluster } = desk;
  const workflowId = chaosRunWorkflowId(cluster, new Date(), randomBytes(2).toString('hex'));
  await session.follow(workflowId);
  const end = await seeToEnd(desk, workflowId, cancelling(desk, workflowId), async () => {
    await session.client.workflow.start<typeof chaosRunWorkflow>('ChaosRunWorkflow', {
      workflowId,
      taskQueue: CHAOS_QUEUE,
      args: [asked.request],
      staticSummary: titleOf(cluster, asked.request),
    });
    display.say(`run ${workflowId}`);
    const url = workflowUrl(session.place, workflowId);
    if (url !== null) display.say(`Web UI: ${url}`);
  });
  if (end.kind === 'lost') return EXIT_LOST;
  const { refusedBy, headline } = end.result;
  // One that was left alone before it had the cluster has it only now that a worker is there.
  if (refusedBy !== null && (await isLeftAlone(desk, refusedBy))) return firstWhatHolds(desk, asked, cancelFirst);
  await announce(desk, workflowId, end);
  return exitCodeOf(headline);
}

async function isLeftAlone({ session, cluster }: Desk, workflowId: string): Promise<boolean> {
  const held = await holdingRun(session.client, cluster);
  return held?.workflowId === workflowId && session.follow(workflowId);
}

/** A run that was left alone goes on with the worker of this command, which sees it to its verdict. */
async function takenUp(desk: Desk, held: HoldingRun, asked: Asked): Promise<number> {
  const { session, display, cluster } = desk;
  const { workflowId, since } = held;
  display.say(
    `run ${workflowId} holds cluster ${cluster} since ${since}, and nobody follows it any more: taken up here`,
  );
  display.say('(Ctrl-C cancels it. The same command with --cancel-first cancels it, and then starts a new run)');
  const url = workflowUrl(session.place, workflowId);
  if (url !== null) display.say(`Web UI: ${url}`);
  const early = await otherThanAsked(session.client, held, asked);
  if (early !== undefined) display.say(`! ${early.why}`);
  const end = await seeToEnd(desk, workflowId, cancelling(desk, workflowId));
  if (end.kind === 'lost') return EXIT_LOST;
  const other = await otherThanAsked(session.client, held, asked);
  await announce(desk, workflowId, end, { takenUp: true, notRun: other?.command ?? null });
  const status = exitCodeOf(end.result.headline);
  if (other === undefined) return status;
  const notRun = `! what was asked for was not run: ${other.why}. To run it now: ${other.command}`;
  if (desk.json) display.say(notRun);
  else process.stdout.write(`\n${notRun}\n`);
  // Who asked for something else must not take this run's PASS for it.
  return status === 0 ? EXIT_REFUSED : status;
}

/** Cancels what holds the cluster, where that was not done, and waits for its end. An exit status, if nothing is to be started after that. */
async function untilItsEnd(desk: Desk, { workflowId, since, isCancelled }: HoldingRun): Promise<number | undefined> {
  const { session, display, cluster } = desk;
  display.say(
    `run ${workflowId} holds cluster ${cluster} since ${since}${isCancelled ? ', was cancelled, and was left alone' : ''}: first it ends`,
  );
  if (!isCancelled) await session.client.workflow.getHandle(workflowId).cancel();
  const interrupts = ending(desk, 'the new run is not started');
  const end = await seeToEnd(desk, workflowId, interrupts);
  if (end.kind === 'lost') return EXIT_LOST;
  display.say(`run ${workflowId}: ${end.result.summary}`);
  return interrupts.came() ? EXIT_INTERRUPTED : undefined;
}
