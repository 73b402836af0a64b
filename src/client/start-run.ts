import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Config } from '../config/load.js';
import { chosenScenarios, chosenSdks } from '../config/plan.js';
import { CHAOS_QUEUE, chaosRunWorkflowId, scenarioWorkflowId } from '../domain/ids.js';
import type { RunRequest } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import { exitCodeOf } from '../domain/status.js';
import type { chaosRunWorkflow } from '../workflows/chaos-run.js';
import type { RunPause } from '../messages/resume.js';
import { missingSearchAttributes, withoutAttributes } from '../temporal/register-search-attributes.js';
import { workflowUrl, type TemporalPlace } from '../temporal/connection.js';
import { createDisplay, type Display } from './display.js';
import { EXIT_LOST } from './exit.js';
import { follow, type Ending } from './follow.js';
import { openSession, type Session } from './session.js';

export interface RunOptions {
  readonly json: boolean;
  readonly sdks: readonly string[] | undefined;
}

/** Starts a run, shows it until its verdict, and returns the command's exit status. */
export async function startRun(config: Config, scenario: string | undefined, options: RunOptions): Promise<number> {
  const request: RunRequest = {
    config: resolve(config.path),
    ...(scenario === undefined ? {} : { scenario }),
    ...(options.sdks === undefined ? {} : { sdks: options.sdks }),
  };
  // What can be refused is refused before anything is started.
  chosenScenarios(config, request);
  chosenSdks(config, request);
  const display = createDisplay(options.json ? process.stderr : process.stdout);
  const session = await openSession(config);
  await tellOfAttributes(session, display);
  const workflowId = chaosRunWorkflowId(config.cluster.name, new Date(), randomBytes(2).toString('hex'));
  const stop = cancelOnInterrupt(session, workflowId, display);
  try {
    await session.client.workflow.start<typeof chaosRunWorkflow>('ChaosRunWorkflow', {
      workflowId,
      taskQueue: CHAOS_QUEUE,
      args: [request],
      staticSummary:
        scenario === undefined ? `Full round on ${config.cluster.name}` : `${scenario} on ${config.cluster.name}`,
    });
    display.say(`run ${workflowId}`);
    const url = workflowUrl(session.place, workflowId);
    if (url !== null) display.say(`Web UI: ${url}`);
    const ending = await follow(session, workflowId, display);
    display.end();
    if (ending.kind === 'lost') {
      display.say(
        `Temporal cannot be reached (${ending.why}). The run continues. Check it with: robustmq-chaos status`,
      );
      return EXIT_LOST;
    }
    await announce(session, workflowId, ending, options.json);
    return exitCodeOf(ending.result.headline);
  } finally {
    stop();
    await session.close();
  }
}

/** Somebody else's server may not let a worker add them: that is said where a person reads it, too. */
async function tellOfAttributes({ client, place }: Session, display: Display): Promise<void> {
  if (place.kind === 'embedded') return;
  const missing = await missingSearchAttributes(client, place.namespace);
  if (missing.length > 0) display.say(withoutAttributes(missing, place));
}

async function announce(
  session: Session,
  workflowId: string,
  ending: Exclude<Ending, { readonly kind: 'lost' }>,
  json: boolean,
): Promise<void> {
  const { result } = ending;
  if (json) {
    const history = await historyOf(session, workflowId, result);
    const paused = ending.kind === 'paused' ? ending.pause : null;
    process.stdout.write(`${JSON.stringify({ ...result, workflowId, paused, history }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`\n${[result.summary, ...reportLines(result)].join('\n')}\n`);
  if (ending.kind === 'paused') process.stdout.write(pauseText(ending.pause, session.place));
}

/** Where the report is, and what is still to be done with it. */
function reportLines({ runId, markdownPath, jsonPath, githubUrl, pushError, issueError }: RunResult): string[] {
  if (markdownPath === null || jsonPath === null) return [];
  const later = `the next run tries again; or: robustmq-chaos publish ${runId}`;
  return [
    `Report: ${markdownPath}`,
    `        ${jsonPath}`,
    `As a page: bin/robustmq-chaos open ${runId}`,
    ...(githubUrl === null ? [] : [`        ${githubUrl}`]),
    ...(pushError === null ? [] : [`Not pushed: ${pushError}`, `        (${later})`]),
    ...(issueError === null ? [] : [`Issues not up to date: ${issueError}`, `        (${later})`]),
  ];
}

/** What to do now, for the person whose run has just opened the breaker. */
function pauseText({ consecutiveFailures, howToResume }: RunPause, place: TemporalPlace): string {
  const dev =
    place.kind === 'embedded'
      ? '\n  robustmq-chaos dev          (starts server, Web UI and worker, if they do not run)'
      : '';
  return (
    `\n! ${consecutiveFailures} rounds in a row failed. No full run starts until a person resumes.\n` +
    `To resume:${dev}\n  ${howToResume.command}\n`
  );
}

/** Events and bytes that the run and its scenarios left in Temporal. */
async function historyOf(
  session: Session,
  workflowId: string,
  result: RunResult,
): Promise<{ events: number; bytes: number }> {
  const ids = [workflowId, ...result.scenarios.map((scenario) => scenarioWorkflowId(workflowId, scenario.name))];
  let [events, bytes] = [0, 0];
  for (const id of ids) {
    const description = await session.client.workflow
      .getHandle(id)
      .describe()
      .catch(() => undefined);
    events += description?.historyLength ?? 0;
    bytes += description?.historySize ?? 0;
  }
  return { events, bytes };
}

/** Ctrl-C, and a terminal that closes, in the same way: that of a lost connection leaves nobody to type anything. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** An interrupt cancels the run, and waits for it to end in good order; a second one leaves the display, and the run to its worker's end. */
function cancelOnInterrupt(session: Session, workflowId: string, display: Display): () => void {
  let asked = false;
  const onSignal = (): void => {
    if (asked) {
      display.say('left without waiting; the keeper ends the fault and stops the cluster when the lease expires');
      process.exit(130);
    }
    asked = true;
    display.say(
      'cancelling: ending the fault, stopping the cluster, writing the report (press Ctrl-C again to leave at once)',
    );
    session.client.workflow
      .getHandle(workflowId)
      .cancel()
      .catch((error: unknown) => display.say(`could not cancel: ${String(error)}`));
  };
  for (const signal of INTERRUPTS) process.on(signal, onSignal);
  return () => {
    for (const signal of INTERRUPTS) process.off(signal, onSignal);
  };
}
