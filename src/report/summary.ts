import type { RunData, ScenarioResult } from '../domain/report-data.js';
import { PRODUCTION_HEAL_WAIT_MS } from '../domain/plan.js';

/** Messages that were acknowledged before or during a fault and never arrived, all scenarios and SDKs together. */
export const lostDuringFaults = (data: RunData): number =>
  data.scenarios.flatMap((s) => s.faultPeriod).reduce((sum, figures) => sum + figures.ackedLost, 0);

/** Why a scenario did not pass, in words: its status, and which SDKs. */
export function failureText({ scenario, verdict, sdkVerdicts }: ScenarioResult): string {
  const bad = sdkVerdicts.filter((v) => !v.passed);
  const which = bad.map((v) => {
    const checks = v.checks.filter((c) => !c.ok).map((c) => `${c.check} ${c.observed}`);
    return `${v.sdk} ${v.status}${checks.length > 0 ? ` (${checks.join(', ')})` : ''}`;
  });
  return `${scenario.name}: ${verdict.status}${which.length > 0 ? `; ${which.join('; ')}` : ''}`;
}

function what(data: RunData): string {
  const total = data.plan.scenarios.length;
  const passed = data.scenarios.filter((s) => s.verdict.passed).length;
  const counted = `${passed} of ${total} scenario${total === 1 ? '' : 's'} passed`;
  const failures = data.scenarios.filter((s) => !s.verdict.passed).map(failureText);
  const own = data.runFailures.map((f) => `${f.sdk === null ? 'run' : `control run, ${f.sdk}`}: ${f.status}`);
  const reasons = [...own, ...failures];
  return reasons.length === 0 ? counted : `${counted} — ${reasons.join(' · ')}`;
}

/** Of a cluster that was ill before it was hurt; empty where the control run was well, or was the equipment's failure. */
function illBefore(data: RunData): string {
  const failing = data.controlVerdicts.filter((v) => !v.passed);
  if (failing.length === 0 || data.runFailures.length > 0) return '';
  const who = failing.map((v) => `${v.sdk} ${v.status}`).join(', ');
  return `, the cluster already failed before any fault (control run: ${who})`;
}

/** The first line of every report: the verdict, what happened, and what must not be overlooked. */
export function summaryOf(data: RunData): string {
  const lost = lostDuringFaults(data);
  const durability = lost > 0 ? `, ${lost} acknowledged message${lost === 1 ? '' : 's'} lost during the fault` : '';
  return `${data.headline}${illBefore(data)}${durability}: ${what(data)}`;
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
  if (plan.sdksLeftOut.length > 0) list.push(`The matrix is incomplete: ${plan.sdksLeftOut.join(', ')} left out.`);
  const snapshots = [...data.scenarios.flatMap((s) => s.snapshots), ...(data.endSnapshot ? [data.endSnapshot] : [])];
  const never = snapshots.flatMap((s) => s.neverLines).length;
  if (never > 0)
    list.push(`The brokers logged ${never} line${never === 1 ? '' : 's'} that must never appear. See below.`);
  return list;
}
