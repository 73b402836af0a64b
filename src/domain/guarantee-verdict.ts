import { GUARANTEE_NAMES, type GuaranteeName, type GuaranteeResult } from './guarantees/guarantee.js';
import type { Check, VerdictRules } from './verdict.js';

/** That a guarantee was violated, as a verdict needs it. */
export type Violated = Pick<GuaranteeResult, 'guarantee' | 'phase' | 'sdk' | 'violations'>;

/** Those that fail where a config names none: as it was before there were others. */
export const DEFAULT_GUARANTEES: readonly GuaranteeName[] = ['at-least-once'];

export const isGuarantee = (name: string): name is GuaranteeName =>
  (GUARANTEE_NAMES as readonly string[]).includes(name);

/** The same, with `shown` or without. */
export const violatedIn = <Result extends GuaranteeResult>(results: readonly Result[] = []): Result[] =>
  results.filter(({ state }) => state === 'violated');

/**
 * Whether a violation fails, or is only shown: where its guarantee is named. A loss in a fault period is the one thing that has a rule of its own, which is older:
 * `verdict.durability`.
 */
export function isCounted(
  { guarantee, phase }: Pick<Violated, 'guarantee' | 'phase'>,
  { guarantees = DEFAULT_GUARANTEES, durability }: Pick<VerdictRules, 'guarantees' | 'durability'>,
): boolean {
  if (guarantee === 'at-least-once' && phase === 'fault') return durability === 'fail';
  return guarantees.includes(guarantee);
}

/** What a client says itself to have lost is in the check `lost`, and is not said twice. */
export const isSaidByLost = ({ guarantee }: Pick<Violated, 'guarantee'>, lost: number | undefined): boolean =>
  guarantee === 'at-least-once' && (lost ?? 0) > 0;

/** `3 violations`. */
export const violationsText = (count: number): string => `${count} violation${count === 1 ? '' : 's'}`;

/** A failing check for each violation that counts, of one client in a control run or validation. */
export const guaranteeChecks = (violated: readonly Violated[], rules: VerdictRules, lost: number): Check[] =>
  violated
    .filter((one) => isCounted(one, rules) && !isSaidByLost(one, lost))
    .map(({ guarantee, violations }) => ({
      check: guarantee,
      expected: 'no violation',
      observed: violationsText(violations),
      ok: false,
    }));
