// What the figures of all rounds say together.

import { FIGURES, type Figure, type Figures } from './figures.js';
import { FIRST_JUDGED, LEAST_JUDGED, limitText, trendOf } from './trend.js';

/** One round: how its command ended, who the worker and the server were, and what was looked at after it. */
export interface Round {
  readonly number: number;
  readonly seconds: number;
  readonly exitStatus: number | null;
  readonly worker: string;
  readonly server: string;
  readonly figures: Figures;
}

export interface SoakVerdict {
  /** One line for each figure. */
  readonly lines: readonly string[];
  /** Why the soak did not hold; empty if it did. */
  readonly problems: readonly string[];
  /** The last line. */
  readonly summary: string;
}

/** Exit statuses of a round that has a verdict: PASS, FAIL, INVALID. On a busy machine a short round may be any of them. */
const WITH_VERDICT: readonly (number | null)[] = [0, 1, 2];

export const hasVerdict = ({ exitStatus }: Pick<Round, 'exitStatus'>): boolean => WITH_VERDICT.includes(exitStatus);

const text = (value: number): string => String(Math.round(value * 1000) / 1000);

function figureVerdict(figure: Figure, rounds: readonly Round[]): { readonly line: string; readonly problem?: string } {
  const values = rounds.map(({ figures }) => figures[figure]);
  if (values.some(Number.isNaN))
    return { line: `${figure}: missing`, problem: `${figure}: could not be seen in every round` };
  const limit = FIGURES[figure];
  const trend = trendOf(values, limit);
  if (trend === undefined) return { line: `${figure}: ${values.map(text).join(', ')} (not judged)` };
  const line = `${figure}: median ${text(trend.median)}, ${text(trend.slope)} a round, ${text(trend.rise)} in all (${limitText(limit)})`;
  return trend.flat ? { line } : { line, problem: `${line}: it rises` };
}

/** The processes that are to live through all rounds must be the same ones: a leak must not hide behind a restart. */
function replaced(rounds: readonly Round[], which: 'worker' | 'server'): string[] {
  const seen = [...new Set(rounds.map((round) => round[which]))];
  return seen.length > 1 ? [`the ${which} was replaced: ${seen.join(', then ')}`] : [];
}

export function judgeSoak(rounds: readonly Round[], left: readonly string[]): SoakVerdict {
  const judged = (Object.keys(FIGURES) as Figure[]).map((figure) => figureVerdict(figure, rounds));
  const without = rounds.filter((round) => !hasVerdict(round));
  const few = rounds.length < FIRST_JUDGED + LEAST_JUDGED - 1;
  const problems = [
    ...without.map(({ number, exitStatus }) => `round ${number} has no verdict: exit status ${String(exitStatus)}`),
    ...replaced(rounds, 'worker'),
    ...replaced(rounds, 'server'),
    ...judged.flatMap(({ problem }) => problem ?? []),
    ...left.map((what) => `left behind: ${what}`),
  ];
  const passed = rounds.filter(({ exitStatus }) => exitStatus === 0).length;
  const flat = few
    ? `too few rounds to judge a slope, which begins with round ${FIRST_JUDGED}`
    : `every figure is flat from round ${FIRST_JUDGED} on`;
  const said = problems.length === 0 ? `${flat}; nothing is left behind` : problems.join('; ');
  return {
    lines: judged.map(({ line }) => line),
    problems,
    summary: `${problems.length === 0 ? '✓' : '✗'} ${rounds.length} rounds, ${passed} of them PASS: ${said}`,
  };
}
