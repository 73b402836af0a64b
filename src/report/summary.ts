import { failedBefore } from '../domain/judge-control.js';
import { lostInFaultOf } from '../domain/judge-scenario.js';
import { countsOf, countsText } from '../domain/known.js';
import type { Period } from '../domain/periods.js';
import { PRODUCTION_HEAL_WAIT_MS } from '../domain/plan.js';
import type { RunData, ScenarioResult } from '../domain/report-data.js';
import type { SdkVerdict } from '../domain/verdict.js';
import { violatedText } from './guarantees.js';
import { FAULT_PERIODS } from './tables.js';

/** A timeline has several periods of faults: in short all of them are one. */
const mainPeriod = (period: Period): Period =>
  period === 'between' || period.startsWith('during ') ? 'during' : period;

/** Acknowledged messages that the clients of fault periods lost, by when they were acknowledged; empty where there are none. */
export function lostText(data: RunData): string {
  const lost = data.scenarios.reduce((sum, result) => sum + lostInFaultOf(result).count, 0);
  if (lost === 0) return '';
  const counts = data.scenarios.flatMap((s) => s.faultPeriod).flatMap((f) => f.lostByPeriod ?? []);
  const parts = FAULT_PERIODS.flatMap(({ period, words }) => {
    const count = counts.reduce((sum, part) => (mainPeriod(part.period) === period ? sum + part.count : sum), 0);
    return count === 0 ? [] : [{ count, words }];
  });
  const placed = parts.reduce((sum, { count }) => sum + count, 0);
  // Runs of 0.1.0 have no periods, and a client without a ledger gives none.
  const rest = lost === placed ? [] : [{ count: lost - placed, words: 'in the fault period' }];
  const all = [...parts, ...rest];
  const where = all.length === 1 ? all[0]?.words : `(${all.map(({ count, words }) => `${count} ${words}`).join(', ')})`;
  return `${lost} acknowledged message${lost === 1 ? '' : 's'} lost ${where ?? ''}`;
}

/** Who failed, and at what. */
function verdictText({ sdk, status, checks }: SdkVerdict): string {
  const failed = checks.filter((c) => !c.ok).map((c) => `${c.check} ${c.observed}`);
  return `${sdk} ${status}${failed.length > 0 ? ` (${failed.join(', ')})` : ''}`;
}

/** Why a scenario did not pass, in words: its status, and which SDKs. */
export function failureText({ scenario, verdict, sdkVerdicts }: ScenarioResult): string {
  const bad = sdkVerdicts.filter((v) => !v.passed);
  const which = bad.map(verdictText);
  return `${scenario.name}: ${verdict.status}${which.length > 0 ? `; ${which.join('; ')}` : ''}`;
}

function counted(data: RunData): string {
  const total = data.plan.scenarios.length;
  const passed = data.scenarios.filter((s) => s.verdict.passed).length;
  return `${passed} of ${total} scenario${total === 1 ? '' : 's'} passed`;
}

function what(data: RunData): string {
  const failures = data.scenarios.filter((s) => !s.verdict.passed).map(failureText);
  const own = [...data.runFailures, ...(data.controlFailures ?? [])].map(
    (f) => `${f.sdk === null ? 'run' : `control run, ${f.sdk}`}: ${f.status}`,
  );
  const reasons = [...own, ...failures];
  return reasons.length === 0 ? counted(data) : `${counted(data)} — ${reasons.join(' · ')}`;
}

/** What the broker failed at before anything was done to it; empty where the control run was well, or the equipment failed. */
function failedBeforeText(data: RunData): string {
  const who = failedBefore(data).map(({ sdk, status, checks }) => {
    const lost = checks.find((c) => c.check === 'lost' && !c.ok);
    return `${sdk} ${status}${lost === undefined ? '' : `, lost ${lost.observed}`}`;
  });
  return who.length === 0 ? '' : `the broker failed before anything was done to it (control run: ${who.join('; ')})`;
}

/** `1 new failure, 3 known, 1 gone`; empty where the config has no list of known failures. */
export const newsText = ({ known }: RunData): string => (known === undefined ? '' : countsText(countsOf(known)));

/** The first line of every report: the verdict, what happened, and what must not be overlooked. */
export function summaryOf(data: RunData): string {
  const before = failedBeforeText(data);
  const parts = [
    newsText(data),
    before === '' ? '' : `${data.headline === 'PASS' ? 'but ' : ''}${before}`,
    lostText(data),
    violatedText(data),
  ];
  return `${[data.headline, ...parts.filter((part) => part !== '')].join(', ')}: ${what(data)}`;
}

/** The same without words of others: where they could call people or close issues, as in the message of a commit. */
export function ownWordsOf(data: RunData): string {
  const failed = data.scenarios.filter((s) => !s.verdict.passed);
  const which = failed.map(({ scenario, verdict }) => `${scenario.name}: ${verdict.status}`).join(' · ');
  const parts = [newsText(data), violatedText(data)].filter((part) => part !== '');
  return `${[data.headline, ...parts].join(', ')}: ${counted(data)}${which === '' ? '' : ` — ${which}`}`;
}

/** What has to be read before the verdict is believed; each a sentence. */
export function caveats(data: RunData): string[] {
  const { plan } = data;
  const list: string[] = [];
  if (plan.timing.healWaitMs < PRODUCTION_HEAL_WAIT_MS) {
    list.push(
      `Not a real verdict: the heal wait was ${plan.timing.healWaitMs / 1000} s instead of ${PRODUCTION_HEAL_WAIT_MS / 1000} s.`,
    );
  }
  if (plan.load.subscriberSession === 'clean') {
    list.push(
      'Subscribers had clean sessions. A message that a subscriber missed while it was disconnected counts as lost, although the broker does not have to keep it.',
    );
  }
  if (data.brokerUpdate?.ok === false) list.push(data.brokerUpdate.text);
  if (plan.sdksLeftOut.length > 0) list.push(`The matrix is incomplete: ${plan.sdksLeftOut.join(', ')} left out.`);
  const snapshots = [...data.scenarios.flatMap((s) => s.snapshots), ...(data.endSnapshot ? [data.endSnapshot] : [])];
  const never = snapshots.flatMap((s) => s.neverLines).length;
  if (never > 0)
    list.push(`The brokers logged ${never} line${never === 1 ? '' : 's'} that must never appear. See below.`);
  return list;
}
