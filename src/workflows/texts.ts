import { clientText } from '../domain/client-result.js';
import type { ScenarioResult } from '../domain/report-data.js';
import type { Headline } from '../domain/status.js';
import type { ScenarioVerdict } from '../domain/verdict.js';
import type { RunProgress } from './messages.js';

/** Values of the search attribute `ChaosState`. */
export type ChaosState = 'running' | 'passed' | 'failed' | 'invalid' | 'refused' | 'cancelled';

export function stateOfHeadline(headline: Headline): ChaosState {
  const states = {
    PASS: 'passed',
    FAIL: 'failed',
    INVALID: 'invalid',
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

/** What the Web UI shows on a scenario's page once it is over. */
export function scenarioDetails(result: ScenarioResult): string {
  const rows = result.validation.map(
    (outcome, i) => `| ${outcome.sdk} | ${result.sdkVerdicts[i]?.status ?? '-'} | ${clientText(outcome)} |`,
  );
  return [`**${result.verdict.status}**`, '', '| SDK | status | validation |', '| --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** What the Web UI shows on a run's page. */
export function runDetails(progress: RunProgress): string {
  const rows = progress.scenarios.map(({ name, status }) => `| ${name} | ${status} |`);
  const end =
    progress.result === null
      ? []
      : ['', progress.result.summary, '', `Report: \`${progress.result.markdownPath ?? 'none'}\``];
  return [
    `**${progress.phase}** since ${progress.since}`,
    '',
    '| scenario | status |',
    '| --- | --- |',
    ...rows,
    ...end,
  ].join('\n');
}
