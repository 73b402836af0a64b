import type { ClientOutcome } from './client-result.js';
import { guaranteeDifferences } from './rejudge-guarantees.js';
import type { ScenarioResult } from './report-data.js';

/** What a stored run said, and what its ledgers say by the rules given now. */
export interface Difference {
  /** `run`, a scenario, or a client in a phase of one. */
  readonly where: string;
  readonly what: string;
  readonly was: string;
  readonly now: string;
}

const FIGURES = ['sent', 'received', 'lost', 'unconfirmed', 'p99_ms'] as const;

/** None where both say the same. */
export const difference = (where: string, what: string, was: unknown, now: unknown): Difference[] =>
  was === now ? [] : [{ where, what, was: String(was), now: String(now) }];

/** Of the figures of clients. */
export function outcomeDifferences(
  where: string,
  was: readonly ClientOutcome[],
  now: readonly ClientOutcome[],
): Difference[] {
  return now.flatMap(({ sdk, result }, i) => {
    const before = was[i]?.result;
    if (result === null || before == null) return [];
    return FIGURES.flatMap((key) =>
      before[key] === undefined ? [] : difference(`${where} ${sdk}`, key, before[key], result[key]),
    );
  });
}

/** Of what the checkers said. */
export const violationDifferences = (
  where: string,
  ...results: Parameters<typeof guaranteeDifferences>
): Difference[] =>
  guaranteeDifferences(...results).map(({ guarantee, phase, sdk, was, now }) => {
    const period = phase === 'fault' ? ', fault period' : '';
    return { where: `${where} ${sdk}${period}`, what: guarantee, was, now };
  });

/** Of everything that a scenario's verdict rests on. */
export function scenarioDifferences(was: ScenarioResult, now: ScenarioResult): Difference[] {
  const { name } = now.scenario;
  const sdks = now.sdkVerdicts.flatMap((v) =>
    difference(`${name} ${v.sdk}`, 'status', was.sdkVerdicts.find((w) => w.sdk === v.sdk)?.status, v.status),
  );
  const lost = now.faultPeriod.flatMap((f, i) =>
    difference(`${name} ${f.sdk}, fault period`, 'acknowledged, then lost', was.faultPeriod[i]?.ackedLost, f.ackedLost),
  );
  return [
    ...difference(name, 'status', was.verdict.status, now.verdict.status),
    ...sdks,
    ...outcomeDifferences(name, was.validation, now.validation),
    ...lost,
    ...violationDifferences(name, was.guarantees, now.guarantees),
  ];
}
