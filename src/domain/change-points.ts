/**
 * Finds where a series of figures changed, run by run: the change-point model of Hawkins and Deng with the test of Mann and Whitney (A nonparametric
 * change-point control chart, Journal of Quality Technology 42, 2010). It compares ranks, so a few odd runs, many equal values and zeros do it no harm, and
 * how often it is wrong does not depend on how the figures are spread. E-divisive means (Hunter, Otava) compares means: one odd run moves them.
 */

/** A series from `from` on is another one than before. */
export interface ChangePoint {
  /** The first point that is like the new ones. */
  readonly from: number;
  /** The point with which it was found. Later points never change what was found with earlier ones. */
  readonly foundAt: number;
  /** Median before, of at most the latest 60 points since the change before; median of the points from `from` to `foundAt`. */
  readonly before: number;
  readonly after: number;
}

/** How much a figure must change to be worth a word: both, in its own unit and as a part of what it was. */
export interface LeastChange {
  readonly absolute: number;
  readonly relative: number;
}

/** What is new is compared with at most so many points before it. */
const REFERENCE = 60;
/** So many new points are compared with those before: few, to find much soon, and many, to find little at all. */
const NEW_POINTS = [3, 4, 5, 6, 8, 12, 16, 24] as const;
const MOST_NEW = 24;
const LEAST_NEW = 3;
const WINDOW = REFERENCE + MOST_NEW + LEAST_NEW;
/** Chance of one comparison to be wrong. With this, all of them together are wrong less than once in 1,000 points (`npm run bench -- 14`). */
const SIGNIFICANCE = 2e-4;

const tails = new Map<number, readonly number[]>();

/** Of two samples of `k` and `m` from one distribution: how likely it is that Mann and Whitney's U is at most 0, 1, …, k·m. */
function tailOf(k: number, m: number): readonly number[] {
  const key = k * 1000 + m;
  const kept = tails.get(key);
  if (kept !== undefined) return kept;
  // Coefficients of the Gaussian binomial: in how many orders of the values there is each U.
  const orders = [1, ...new Array<number>(k * m).fill(0)];
  const at = (u: number): number => orders[u] ?? 0;
  for (let i = 1; i <= k; i += 1) {
    for (let u = k * m; u >= m + i; u -= 1) orders[u] = at(u) - at(u - m - i);
    for (let u = i; u <= k * m; u += 1) orders[u] = at(u) + at(u - i);
  }
  const all = orders.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  const tail = orders.map((count) => (sum += count) / all);
  tails.set(key, tail);
  return tail;
}

/** The chance that two samples of `k` and `m` values of one kind differ as much as Mann and Whitney's `u` says, either way. */
export function chanceOf(u: number, k: number, m: number): number {
  // Equal values count half. Rounded up, that makes the chance greater than it is.
  const smaller = Math.ceil(Math.min(u, k * m - u));
  return Math.min(1, 2 * (tailOf(k, m)[smaller] ?? 1));
}

/** For each point, how many of the 0, 1, 2, … points right before it are less; equal ones count half. From these sums every U follows by a few additions. */
const sumsOf = (values: readonly number[]): number[][] =>
  values.map((value, i) => {
    const sums = [0];
    let sum = 0;
    for (let back = 1; back <= Math.min(i, WINDOW); back += 1) {
      const earlier = values[i - back] ?? 0;
      sum += earlier < value ? 1 : earlier === value ? 0.5 : 0;
      sums.push(sum);
    }
    return sums;
  });

const middleOf = (sorted: readonly number[]): number =>
  ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;

const inOrder = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** The middle of some values, or between the two in the middle; 0 of none. */
export const medianOf = (values: readonly number[]): number => middleOf(inOrder(values));

/** The median of these values, and after each one that joins them. Sorting all of them again each time would cost more than the rest of this file. */
function mediansOf(values: readonly number[], joining: readonly number[]): number[] {
  const sorted = inOrder(values);
  const medians = [middleOf(sorted)];
  for (const value of joining) {
    let at = sorted.length;
    while (at > 0 && (sorted[at - 1] ?? 0) > value) at -= 1;
    sorted.splice(at, 0, value);
    medians.push(middleOf(sorted));
  }
  return medians;
}

/** Do the newest of the points [start, end) show a change? */
const hasChanged = (sums: readonly (readonly number[])[], start: number, end: number): boolean =>
  NEW_POINTS.some((k) => {
    const middle = end - k;
    const first = Math.max(start, middle - REFERENCE);
    if (middle <= first) return false;
    let u = 0;
    for (let i = middle; i < end; i += 1) u += (sums[i]?.[i - first] ?? 0) - (sums[i]?.[i - middle] ?? 0);
    return chanceOf(u, k, middle - first) < SIGNIFICANCE;
  });

/** How far the points [from, to) are from this, all together. */
function awayFrom(middle: number, points: readonly number[], from: number, to: number): number {
  let away = 0;
  for (let i = from; i < to; i += 1) away += Math.abs((points[i] ?? 0) - middle);
  return away;
}

/** Where a change lies is another question than whether there is one: there, two levels fit the points best. The latest such place. */
export function placeOf(points: readonly number[]): number {
  const latest = points.length - LEAST_NEW;
  const earliest = Math.min(latest, Math.max(0, points.length - MOST_NEW - LEAST_NEW) + 1);
  const between = points.slice(earliest, latest);
  const before = mediansOf(points.slice(0, earliest), between);
  const after = mediansOf(points.slice(latest), between.reverse());
  let [best, least] = [latest, Infinity];
  for (let place = latest; place >= earliest; place -= 1) {
    const away =
      awayFrom(before[place - earliest] ?? 0, points, 0, place) +
      awayFrom(after[latest - place] ?? 0, points, place, points.length);
    if (away < least) [best, least] = [place, away];
  }
  return best;
}

/**
 * Every change of a series, as one finds them who sees one point after the other. A change that was found stays where it is; where the figures go back,
 * that is a change of its own.
 */
export function changePoints(values: readonly number[], { absolute, relative }: LeastChange): ChangePoint[] {
  const sums = sumsOf(values);
  const found: ChangePoint[] = [];
  let start = 0;
  for (let end = 1; end <= values.length; end += 1) {
    if (!hasChanged(sums, start, end)) continue;
    const first = Math.max(start, end - WINDOW);
    const from = first + placeOf(values.slice(first, end));
    const before = medianOf(values.slice(Math.max(start, from - REFERENCE), from));
    const after = medianOf(values.slice(from, end));
    const change = Math.abs(after - before);
    if (change < absolute || change < relative * before) continue;
    found.push({ from, foundAt: end - 1, before, after });
    start = from;
  }
  return found;
}
