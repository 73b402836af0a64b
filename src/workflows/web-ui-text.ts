import { markdownTable } from 'markdown-table';
import { resumeCommandLine } from '../domain/breaker.js';
import { shellQuoted } from '../domain/shell.js';
import { clientText } from '../domain/client-result.js';
import type { RunPlan } from '../domain/plan.js';
import type { ScenarioResult } from '../domain/report-data.js';
import type { Headline } from '../domain/status.js';
import { asCode, verbatim, verbatimSummary } from '../domain/verbatim.js';
import type { ScenarioVerdict } from '../domain/verdict.js';
import type { ResumeHelp, RunPause } from '../messages/resume.js';
import type { RunProgress } from '../messages/progress.js';
import type { VersionsProgress } from '../messages/versions.js';

/** Values of the search attribute `ChaosState`. */
export type ChaosState = 'running' | 'paused' | 'passed' | 'failed' | 'invalid' | 'known' | 'refused' | 'cancelled';

export function stateOfHeadline(headline: Headline): ChaosState {
  const states = {
    PASS: 'passed',
    FAIL: 'failed',
    INVALID: 'invalid',
    KNOWN: 'known',
    REFUSED: 'refused',
    CANCELLED: 'cancelled',
  } as const;
  return states[headline];
}

export function stateOf(verdict: ScenarioVerdict): ChaosState {
  if (verdict.passed) return 'passed';
  if (verdict.status === 'cancelled') return 'cancelled';
  return verdict.failures.some((failure) => failure.blame === 'broker') ? 'failed' : 'invalid';
}

const table = (rows: readonly (readonly string[])[]): string =>
  markdownTable(
    rows.map((row) => row.map(verbatim)),
    { alignDelimiters: false },
  );

/** What the Web UI shows on a scenario's page once it is over. */
export function scenarioDetails(result: ScenarioResult): string {
  const rows = result.validation.map((outcome, i) => [
    outcome.sdk,
    result.sdkVerdicts[i]?.status ?? '–',
    clientText(outcome),
  ]);
  return [`**${result.verdict.status}**`, '', table([['SDK', 'status', 'validation'], ...rows])].join('\n');
}

const PAYLOAD = '{"by":"YOUR NAME","reason":"WHY THE RUNS MAY CONTINUE"}';

/** How a person lets the runs go on, by each of the three ways. */
export const resumeHelp = ({ configPath }: RunPlan, workflowId: string): ResumeHelp => ({
  command: resumeCommandLine(configPath),
  temporal: `temporal workflow signal --workflow-id ${shellQuoted(workflowId)} --name resume --input '${PAYLOAD}'`,
  signal: 'resume',
  payload: PAYLOAD,
});

function pauseLines({ since, consecutiveFailures, byRuns, howToResume }: RunPause): string[] {
  return [
    `# Paused: ${consecutiveFailures} rounds in a row failed`,
    '',
    `Since ${since}, by ${byRuns.join(', ')}. No full run starts until a person resumes. A single scenario may run, to check a fix.`,
    '',
    'To resume, do one of these:',
    '',
    `- here: More Actions → Send a Signal → \`${howToResume.signal}\` → Data: ${asCode(howToResume.payload)}`,
    `- ${asCode(howToResume.command)}`,
    `- ${asCode(howToResume.temporal)} (with the \`--address\` that \`robustmq-chaos status\` shows)`,
    '',
  ];
}

/** What the Web UI shows on a run's page. */
export function runDetails(progress: RunProgress): string {
  const { phase, since, current, result, pause, notes } = progress;
  const rows = progress.scenarios.map(({ name, status }) => [name, status]);
  return [
    ...(phase === 'paused' && pause !== null ? pauseLines(pause) : []),
    `**${phase}**${current === null ? '' : ` ${current}`} since ${since}`,
    '',
    table([['scenario', 'status'], ...rows]),
    ...(result === null
      ? []
      : ['', verbatimSummary(result.summary), '', `Report: ${asCode(result.markdownPath ?? 'none')}`]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${verbatim(note)}`)]),
  ].join('\n');
}

/** What the Web UI shows on the page of a comparison of versions. */
export function versionsDetails({ request, runs, current, compared, problem }: VersionsProgress): string {
  const labelOf = (version: number): string => request.versions[version]?.label ?? String(version + 1);
  const rows = runs.map(({ round, version, headline, runId }) => [String(round), labelOf(version), headline, runId]);
  const now =
    current === null ? [] : [[String(current.round), labelOf(current.version), 'running', current.workflowId]];
  return [
    ...(compared === null ? [] : [`**${verbatim(compared.answer)}**`, '']),
    table([['round', 'version', 'verdict', 'run'], ...rows, ...now]),
    ...(compared === null ? [] : ['', `Table: ${asCode(compared.markdownPath)}`]),
    ...(problem === null ? [] : ['', `- not compared: ${verbatim(problem)}`]),
  ].join('\n');
}
