// Was a PASS deserved, and the blame? Judged from what was hurt and from the evidence in the report, not by the program's own verdict.

import type { RunData, ScenarioResult } from '../../src/domain/report-data.js';
import type { FaultTicket } from '../../src/host/tickets/ticket.js';
import { blameOf } from '../../src/domain/status.js';
import type { Hit } from './victims.js';

/** Why one scenario of a passed run should not have passed. */
function scenarioProblems({ scenario, fault, validation, sdkVerdicts, deadNodes }: ScenarioResult): string[] {
  const bad: string[] = [];
  if (!fault.observed) bad.push('the fault was not observed');
  if (fault.cutShort) bad.push('the fault was cut short');
  if (fault.injectError !== null) bad.push(`inject error: ${fault.injectError}`);
  if (fault.recoverError !== null) bad.push(`recover error: ${fault.recoverError}`);
  if (fault.healed.length === 0 || fault.healed.some((row) => !row.ok)) bad.push('the recovery was not proved');
  if (deadNodes.length > 0) bad.push(`dead at the end: ${deadNodes.join(', ')}`);
  if (validation.some(({ result }) => result === null || result.lost > 0))
    bad.push('a client lost something or gave no result');
  if (sdkVerdicts.length === 0 || sdkVerdicts.some((verdict) => !verdict.passed)) bad.push('a client did not pass');
  return bad.map((text) => `false PASS of ${scenario.name}: ${text}`);
}

/** Kills after which no run may pass, whatever its report says. */
function killProblems(killed: readonly Hit[], ticket: FaultTicket | undefined, windowSeconds: number): string[] {
  // Past its window a fault stays in force until somebody recovers it, and may go without being missed.
  const endUs = ticket?.state === 'injected' ? (ticket.injectedUs ?? 0) + windowSeconds * 1e6 : 0;
  return killed.flatMap(({ victim, owner, atUs }) => {
    if (victim === 'client' && owner.includes('-validation'))
      return ['false PASS: a client was killed in the validation'];
    if (victim === 'client' && owner.includes('#clients-control'))
      return ['false PASS: a client was killed in the control run'];
    if (victim === 'toxiproxy' && atUs < endUs && ticket?.injector === 'toxiproxy')
      return ['false PASS: its injector was killed in the window'];
    return [];
  });
}

/** Whether the broker itself was hurt by the case, and not only what is ours. */
const hurtBroker = (killed: readonly Hit[]): boolean => killed.some(({ victim }) => victim === 'broker');

/** Where only what is ours was hurt, nothing is the broker's failure. */
function blameProblems({ reports, killed }: Case): string[] {
  if (hurtBroker(killed)) return [];
  return reports.flatMap(({ scenarios, runFailures, controlVerdicts }) => [
    ...scenarios.flatMap(({ scenario, verdict }) =>
      verdict.failures
        .filter(({ blame }) => blame === 'broker')
        .map(({ status, sdk }) => `false blame: ${scenario.name}: ${status}${sdk === null ? '' : ` of ${sdk}`}`),
    ),
    ...runFailures.filter(({ blame }) => blame === 'broker').map(({ status }) => `false blame: ${status}`),
    // Where the run says that its equipment failed, its control run accuses nobody.
    ...(runFailures.some(({ blame }) => blame === 'equipment') ? [] : controlVerdicts)
      .filter(({ status }) => blameOf(status) === 'broker')
      .map(({ sdk, status }) => `false blame: control run: ${status} of ${sdk}`),
  ]);
}

export interface Case {
  /** `details` of every report. */
  readonly reports: readonly RunData[];
  readonly killed: readonly Hit[];
  /** As it was just before. */
  readonly ticket: FaultTicket | undefined;
  /** How long the fault was to be in force. */
  readonly windowSeconds: number;
}

export function verdictProblems(judged: Case): string[] {
  const { reports, killed, ticket, windowSeconds } = judged;
  const passed = reports.filter((report) => report.headline === 'PASS');
  return [
    ...blameProblems(judged),
    ...passed.flatMap((report) => report.scenarios.flatMap(scenarioProblems)),
    ...(passed.length > 0 ? killProblems(killed, ticket, windowSeconds) : []),
  ];
}
