import { chanceOf, medianOf, type LeastChange } from './change-points.js';

/**
 * Whether a figure of one version lies beyond the noise, from a few rounds of it and of another. No test of single figures can tell that of three rounds
 * against three: one in ten such pairs is apart by chance, and a comparison has dozens of figures. So the figures lend each other what they know of the noise: how far
 * the rounds of one version usually lie apart in this kind of figure. `npm run bench -- 18` says how often this is wrong, and what it finds.
 */

/** One figure of one client in the rounds of two versions, in its own unit. */
export interface TwoSides {
  /** What kind of figure: those of one kind have one kind of noise. */
  readonly figure: string;
  readonly least: LeastChange;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** More of a figure is worse. Null: nothing beyond the noise. */
export type Difference = 'worse' | 'better' | null;

/** With fewer rounds on either side, no figure is judged. */
export const LEAST_ROUNDS = 3;
/** Chance of all figures of a comparison together to be wrong by the test of ranks. */
const SIGNIFICANCE = 0.05;
/** Most sides of the figures of one kind have no greater range. */
const USUAL = 0.75;

export const isJudged = ({ before, after }: Pick<TwoSides, 'before' | 'after'>): boolean =>
  Math.min(before.length, after.length) >= LEAST_ROUNDS;

/** Values as their logarithms, so that distances are ratios. The least that counts is added: near zero nothing is far from anything. */
const logs = (values: readonly number[], { absolute }: LeastChange): number[] =>
  values.map((value) => Math.log(value + absolute));

const rangeOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** The usual range of each kind of figure within one version. */
function usualRanges(cells: readonly TwoSides[]): Map<string, number> {
  const ranges = new Map<string, number[]>();
  for (const { figure, least, before, after } of cells) {
    const all = ranges.get(figure) ?? [];
    all.push(rangeOf(logs(before, least)), rangeOf(logs(after, least)));
    ranges.set(figure, all);
  }
  const usual = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[Math.floor(USUAL * all.length)] ?? 0;
  return new Map([...ranges].map(([figure, all]) => [figure, usual(all)]));
}

/**
 * Are the two sides apart, and farther than the rounds of one side are from each other? With each round more it is about four times less likely that they are
 * apart by chance, so half of the distance is enough.
 */
function isApart({ least, before, after }: TwoSides, usual: number): boolean {
  const [a, b] = [logs(before, least), logs(after, least)];
  const gap = Math.max(Math.min(...b) - Math.max(...a), Math.min(...a) - Math.max(...b));
  const rounds = Math.min(a.length, b.length);
  return gap > Math.max(usual, rangeOf(a), rangeOf(b)) / 2 ** (rounds - LEAST_ROUNDS);
}

/** Mann and Whitney's test, for as many figures as are compared. Of 60 figures it finds none with fewer than seven rounds against seven. */
function ranksDiffer({ before, after }: TwoSides, figures: number): boolean {
  let u = 0;
  for (const x of before) for (const y of after) u += x > y ? 1 : x === y ? 0.5 : 0;
  return chanceOf(u, before.length, after.length) * figures < SIGNIFICANCE;
}

/** For each figure of one comparison whether it differs. */
export function differencesOf(cells: readonly TwoSides[]): Difference[] {
  const judged = cells.filter(isJudged);
  const usual = usualRanges(judged);
  return cells.map((cell) => {
    if (!isJudged(cell)) return null;
    const [before, after] = [medianOf(cell.before), medianOf(cell.after)];
    const { absolute, relative } = cell.least;
    if (Math.abs(after - before) < Math.max(absolute, relative * Math.min(before, after))) return null;
    const differs = isApart(cell, usual.get(cell.figure) ?? 0) || ranksDiffer(cell, judged.length);
    if (!differs) return null;
    return after > before ? 'worse' : 'better';
  });
}
