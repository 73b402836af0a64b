import type { RunPlan, RunRef } from '../domain/plan.js';
import type { PublishAnswer } from '../domain/publish.js';
import type { RunResult } from '../domain/report-data.js';
import type { ReportWritten, WriteReportRequest } from '../messages/requests.js';
import type { RunFound } from './run-context.js';

/** How a run came to its report. */
export interface Ending {
  readonly workflowId: string;
  readonly startedAt: string;
  readonly cancelled: boolean;
}

/** Everything that the report is made of and that stands in no file. */
export function reportRequest(run: RunRef, found: RunFound, ending: Ending): WriteReportRequest {
  const { up, control, controlVerdicts, runFailures, endSnapshot, notes, outcomes } = found;
  return {
    run,
    ...ending,
    endpoint: up?.endpoint ?? null,
    dataDirs: up?.dataDirs ?? [],
    control,
    controlVerdicts,
    runFailures,
    endSnapshot,
    notes,
    verdicts: outcomes.map(({ name, verdict }) => ({ name, verdict })),
  };
}

/** Of a run that is published by nobody. */
export const NOT_PUBLISHED: PublishAnswer = { githubUrl: null, pushError: null, issueError: null };

/** What the run answers to who started it, but for what publishing came to. */
export function resultOf(
  plan: RunPlan,
  { outcomes }: RunFound,
  written: ReportWritten,
): Omit<RunResult, keyof PublishAnswer> {
  const { headline, runPassed, passRatePercent, summary, jsonPath, markdownPath } = written;
  const scenarios = plan.scenarios.map(({ name }) => {
    const verdict = outcomes.find((outcome) => outcome.name === name)?.verdict;
    return { name, passed: verdict?.passed ?? false, status: verdict?.status ?? 'not run' };
  });
  return {
    runId: plan.runId,
    headline,
    runPassed,
    passRatePercent,
    scenarios,
    refusedBy: null,
    summary,
    jsonPath,
    markdownPath,
  };
}
