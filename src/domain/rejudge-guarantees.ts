import { violatedIn } from './guarantee-verdict.js';
import type { GuaranteeResult } from './guarantees/guarantee.js';
import type { ScenarioResult } from './report-data.js';

/** What the checkers of now say of the ledger of a client; undefined where it left none: then what was said stands. */
export type FindGuarantees = (
  scenario: string | null,
  phase: GuaranteeResult['phase'],
  sdk: string,
) => readonly GuaranteeResult[] | undefined;

type Results = readonly GuaranteeResult[] | undefined;

/** The results of a phase, of now where there are any. Undefined: nobody has judged it, then or now. */
export function guaranteesAgain(was: Results, sdks: readonly string[], find: (sdk: string) => Results): Results {
  const now = sdks.map(find);
  if (now.every((results) => results === undefined)) return was;
  return sdks.flatMap((sdk, i) => now[i] ?? (was ?? []).filter((result) => result.sdk === sdk));
}

/** The same of both phases of a scenario. */
export function scenarioGuaranteesAgain(
  { scenario: { name }, guarantees }: ScenarioResult,
  sdks: readonly string[],
  find: FindGuarantees,
): Results {
  const phases = (['fault', 'validation'] as const).map((phase) =>
    guaranteesAgain(
      guarantees?.filter((result) => result.phase === phase),
      sdks,
      (sdk) => find(name, phase, sdk),
    ),
  );
  return phases.every((results) => results === undefined) ? undefined : phases.flatMap((results) => results ?? []);
}

/** One result that is not as it was, in words. */
export interface GuaranteeDifference extends Pick<GuaranteeResult, 'guarantee' | 'phase' | 'sdk'> {
  readonly was: string;
  readonly now: string;
}

const textOf = (result: GuaranteeResult | undefined): string => {
  if (result === undefined) return 'not judged';
  return result.violations === 0 ? result.state : `${result.state} (${result.violations})`;
};

/** Of a phase that was never judged before only violations are news, and no loss, which the figures said already. */
export function guaranteeDifferences(was: Results, now: readonly GuaranteeResult[] = []): GuaranteeDifference[] {
  const same = (a: GuaranteeResult) => (b: GuaranteeResult) =>
    a.sdk === b.sdk && a.phase === b.phase && a.guarantee === b.guarantee;
  const gone = (was ?? []).filter((before) => !now.some(same(before)));
  const told = was === undefined ? violatedIn(now).filter(({ guarantee }) => guarantee !== 'at-least-once') : now;
  return [...told, ...gone].flatMap((result) => {
    const { guarantee, phase, sdk } = result;
    const [before, after] = [textOf(was?.find(same(result))), textOf(now.find(same(result)))];
    return before === after ? [] : [{ guarantee, phase, sdk, was: before, now: after }];
  });
}
