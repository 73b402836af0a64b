// Whether a figure that was taken once a round stays level. Values in, values out.

import { median } from '../median.js';

/** The rounds before it warm up: caches fill, code is compiled. */
export const FIRST_JUDGED = 10;
/** Of fewer rounds nobody can say whether they rise. */
export const LEAST_JUDGED = 6;

/** How much a figure may rise from the first judged round to the last, or in each of them. */
export type Limit =
  | { readonly kind: 'share'; readonly percent: number }
  | { readonly kind: 'total'; readonly most: number }
  | { readonly kind: 'each'; readonly most: number };

export interface Trend {
  /** What the figure gains in each round: the median of the slopes between all pairs of rounds (Theil and Sen), which a few odd rounds do not move. */
  readonly slope: number;
  /** The same over all judged rounds. */
  readonly rise: number;
  readonly median: number;
  readonly flat: boolean;
}

/** The trend from the tenth round on; undefined where there are too few rounds to judge. A figure that falls is flat. */
export function trendOf(figures: readonly number[], limit: Limit): Trend | undefined {
  const judged = figures.slice(FIRST_JUDGED - 1);
  if (judged.length < LEAST_JUDGED) return undefined;
  const slopes = judged.flatMap((from, i) => judged.slice(i + 1).map((to, j) => (to - from) / (j + 1)));
  const slope = median(slopes);
  const rise = slope * (judged.length - 1);
  const middle = median(judged);
  return { slope, rise, median: middle, flat: isWithin(limit, { slope, rise, middle }) };
}

function isWithin(limit: Limit, { slope, rise, middle }: Record<'slope' | 'rise' | 'middle', number>): boolean {
  switch (limit.kind) {
    case 'share':
      return rise <= (middle * limit.percent) / 100;
    case 'total':
      return rise <= limit.most;
    case 'each':
      return slope <= limit.most;
    default:
      return limit satisfies never;
  }
}

export function limitText(limit: Limit): string {
  switch (limit.kind) {
    case 'share':
      return `≤ ${limit.percent} %`;
    case 'total':
      return `≤ ${limit.most}`;
    case 'each':
      return `≤ ${limit.most} a round`;
    default:
      return limit satisfies never;
  }
}
