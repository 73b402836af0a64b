import type { RunResult } from '../domain/report-data.js';
import { scenarioWorkflowId } from '../domain/ids.js';
import type { RunPause } from '../messages/resume.js';
import type { TemporalPlace } from '../temporal/connection.js';
import type { Desk, Ending } from './follow.js';
import type { Session } from './session.js';
import { writeStepSummary } from './step-summary.js';

/** What else there is to say of a run that this command has followed. */
export interface Besides {
  /** It was not started by this command. */
  readonly takenUp: boolean;
  /** What to type for what was asked for, and was not run. */
  readonly notRun: string | null;
}

/** Prints what a run came to. */
export async function announce(
  { session, json }: Desk,
  workflowId: string,
  ending: Exclude<Ending, { readonly kind: 'lost' }>,
  besides: Besides = { takenUp: false, notRun: null },
): Promise<void> {
  const { result } = ending;
  writeStepSummary(result);
  if (json) {
    const history = await historyOf(session, workflowId, result);
    const paused = ending.kind === 'paused' ? ending.pause : null;
    process.stdout.write(`${JSON.stringify({ ...result, workflowId, paused, history, ...besides }, null, 2)}\n`);
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
