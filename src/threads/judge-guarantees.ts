import { violatedIn } from '../domain/guarantee-verdict.js';
import { judgeAndKeep, type PhaseToJudge } from '../host/data/judged-guarantees.js';
import type { GuaranteesJudged } from '../messages/collected.js';

/** Judges the ledgers of a phase, which may have a million events, and keeps the results in its folder. The answer has what a verdict needs. */
export async function judgeGuarantees(task: PhaseToJudge): Promise<GuaranteesJudged> {
  const { results, notes } = await judgeAndKeep(task);
  const violated = violatedIn(results).map(({ guarantee, phase, sdk, violations }) => ({
    ...{ guarantee, phase, sdk, violations },
  }));
  return { violated, notes };
}
