// Was a PASS deserved? Judged from what was killed and from the evidence in the report, not by the program's own verdict.

import type { RunData, ScenarioResult } from '../../src/domain/report-data.js';
import type { FaultTicket } from '../../src/host/tickets/ticket.js';
import type { Killed } from './victims.js';

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
function killProblems(killed: readonly Killed[], ticket: FaultTicket | undefined, windowSeconds: number): string[] {
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

/** Kills after which no run may blame the broker: of the proxies alone, from the inject on. */
function alarmProblems(
  reports: readonly RunData[],
  killed: readonly Killed[],
  ticket: FaultTicket | undefined,
): string[] {
  const proxies = killed.length > 0 && killed.every(({ victim }) => victim === 'toxiproxy');
  const since = ticket?.injectedUs ?? null;
  if (!proxies || since === null || killed.some(({ atUs }) => atUs < since)) return [];
  return reports
    .filter(({ headline }) => headline === 'FAIL')
    .map(() => 'false FAIL: nothing but the proxies was killed');
}

export interface Case {
  /** `details` of every report. */
  readonly reports: readonly RunData[];
  readonly killed: readonly Killed[];
  /** As it was just before the kill. */
  readonly ticket: FaultTicket | undefined;
  /** How long the fault was to be in force. */
  readonly windowSeconds: number;
}

export function verdictProblems({ reports, killed, ticket, windowSeconds }: Case): string[] {
  const passed = reports.filter((report) => report.headline === 'PASS');
  return [
    ...alarmProblems(reports, killed, ticket),
    ...passed.flatMap((report) => report.scenarios.flatMap(scenarioProblems)),
    ...(passed.length > 0 ? killProblems(killed, ticket, windowSeconds) : []),
  ];
}
