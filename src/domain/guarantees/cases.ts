import { judgementOf, type Judgement, type Violation } from './guarantee.js';

/** What one case of a rule came to. Null: it was kept. A sentence: why nobody can decide it from outside. */
export type Case = Violation | string | null;

export function judgementOfCases(cases: readonly Case[]): Judgement {
  const violations = cases.filter((one) => one !== null && typeof one !== 'string');
  const reasons = cases.filter((one) => typeof one === 'string');
  return judgementOf({ checked: cases.length, violations, undecided: reasons.length, why: countedReasons(reasons) });
}

/** Each reason once, with how many cases it is for. */
function countedReasons(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} × ${reason}`).join('; ');
}
