import { differencesOf, type TwoSides } from '../../src/domain/version-noise.js';
import { randomly, type Noise } from './planted.js';

/** Figures of a whole round: four or five scenarios with five clients. */
export const CELLS = 60;
const LEVEL = 1000;
/** As in row 14: the floor in the figure's own unit would only make alarms fewer. */
const LEAST = { absolute: 1e-9, relative: 0.2 };

/** Of which kind a noise is, by its name: figures of one kind are told from their noise together. */
const kindOf = ({ of }: Noise): string => /(p99|outage|leader|recovery)$/.exec(of)?.[1] ?? of;

export interface Comparing {
  /** Of each version. */
  readonly rounds: number;
  readonly comparisons: number;
  readonly seed: number;
  /** By how much one figure of the later version is multiplied. */
  readonly shift?: number;
  /** All figures of the later version are, not one. */
  readonly everywhere?: boolean;
  readonly cells?: number;
}

/** What came of comparing versions that differ in one figure, or in none. */
export interface Compared {
  /** In how many comparisons any figure was said to be worse, but for one that alone was shifted. */
  readonly saidWorse: number;
  readonly comparisons: number;
  /** The noise of the shifted figure in each comparison, and whether it was found. */
  readonly shifted: readonly { readonly of: string; readonly found: boolean }[];
}

/** Each comparison: figures with these kinds of noise in turn, of which one, each time another, is shifted. */
export function compareNoise(
  noises: readonly Noise[],
  { rounds, comparisons, seed, shift = 1, everywhere = false, cells = CELLS }: Comparing,
): Compared {
  const next = randomly(seed);
  const side = ({ factors }: Noise, factor: number): number[] =>
    Array.from({ length: rounds }, () => LEVEL * factor * (factors[Math.floor(next() * factors.length)] ?? 1));
  const shifted: { of: string; found: boolean }[] = [];
  let saidWorse = 0;
  for (let i = 0; i < comparisons; i += 1) {
    const place = i % cells;
    const noiseAt = (at: number): Noise => noises[at % noises.length] ?? { of: '', factors: [] };
    const sides = Array.from({ length: cells }, (_, at): TwoSides => {
      const noise = noiseAt(at);
      const [before, after] = [side(noise, 1), side(noise, everywhere || at === place ? shift : 1)];
      return { figure: kindOf(noise), least: LEAST, before, after };
    });
    const found = differencesOf(sides);
    if (found.some((one, at) => one === 'worse' && (shift === 1 || everywhere || at !== place))) saidWorse += 1;
    shifted.push({ of: noiseAt(place).of, found: found[place] === 'worse' });
  }
  return { saidWorse, comparisons, shifted };
}

/** Rounds as they were really played, one after the other: every other one is a round of the "other" version. All figures of a round are of one moment. */
export function compareInTurn(
  series: readonly { readonly of: string; readonly values: readonly number[] }[],
  rounds: number,
): Pick<Compared, 'saidWorse' | 'comparisons'> {
  const length = Math.min(...series.map(({ values }) => values.length));
  const comparisons = length - 2 * rounds + 1;
  let saidWorse = 0;
  for (let start = 0; start < comparisons; start += 1) {
    const sides = series.map(({ of, values }): TwoSides => {
      const played = values.slice(start, start + 2 * rounds);
      const [before, after] = [0, 1].map((odd) => played.filter((_, i) => i % 2 === odd));
      return { figure: kindOf({ of, factors: [] }), least: LEAST, before: before ?? [], after: after ?? [] };
    });
    if (differencesOf(sides).includes('worse')) saidWorse += 1;
  }
  return { saidWorse, comparisons };
}
