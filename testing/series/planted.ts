import { readFileSync } from 'node:fs';
import { changePoints, type ChangePoint } from '../../src/domain/change-points.js';
import { median } from '../median.js';
import { randomFrom } from '../values.js';

/** Figures of real rounds, in the order of the rounds. Of one kind of figure, the series of several clients are one pool. */
interface Pool {
  readonly of: string;
  readonly series: readonly (readonly number[])[];
}

/** Noise of one kind of figure: each value as a multiple of its series' median. */
export interface Noise {
  readonly of: string;
  readonly factors: readonly number[];
}

/**
 * 55 rounds of three NATS brokers, 1,000 messages per client and phase, on two cores with other work beside them; and the first four published rounds of
 * RobustMQ (docs/robustmq/).
 */
export const realNoise = (): Noise[] =>
  (JSON.parse(readFileSync(new URL('real-noise.json', import.meta.url), 'utf8')) as Pool[]).map(({ of, series }) => ({
    of,
    factors: series.flatMap((values) => values.map((value) => value / median(values))),
  }));

/** Noise of the normal law in the logarithm, e.g. 0.15: most values are within 15 %. */
export const logNormal = (sigma: number): Noise => {
  const next = randomly(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { of: `log-normal, ${sigma}`, factors: Array.from({ length: 5000 }, () => Math.exp(sigma * normal())) };
};

/** Numbers from 0 up to 1. */
export function randomly(seed: number): () => number {
  const below = randomFrom(seed);
  return () => below(2 ** 31) / 2 ** 31;
}

const POINTS = 200;
const LEVEL = 1000;
/** A change that is said to lie farther away than this is another one. */
const AWAY = 3;
/** Found within so many runs, the first one after the change included. */
export const WITHIN = 6;

/** What came of one kind of noise. */
export interface Found {
  readonly of: string;
  readonly planted: number;
  readonly hits: number;
  /** Of each planted shift that was found at all, the runs that it took. */
  readonly delays: readonly number[];
  readonly points: number;
  readonly falseAlarms: number;
}

export interface Planting {
  readonly series: number;
  /** Of the shift: 0.5 is 50 % more, or 50 % less. */
  readonly size: number;
  readonly seed: number;
  /** All of them up. */
  readonly up?: boolean;
}

/** The floor in the figure's own unit would only make alarms fewer. */
const changesOf = (values: readonly number[]): ChangePoint[] => changePoints(values, { absolute: 0, relative: 0.2 });

/**
 * Series of 200 points: each once as it is, where everything that is found is a false alarm, and once with a shift from somewhere between the 60th and the
 * 180th point on, up or down in turn.
 */
export function plant(noise: Noise, { series, size, seed, up = false }: Planting): Found {
  const next = randomly(seed);
  const delays: number[] = [];
  let falseAlarms = 0;
  for (let i = 0; i < series; i += 1) {
    const values = Array.from(
      { length: POINTS },
      () => LEVEL * (noise.factors[Math.floor(next() * noise.factors.length)] ?? 1),
    );
    falseAlarms += changesOf(values).length;
    const place = 60 + Math.floor(next() * 120);
    const factor = up || i % 2 === 0 ? 1 + size : Math.max(0, 1 - size);
    const found = changesOf(values.map((value, k) => (k < place ? value : value * factor))).find(
      ({ from, foundAt }) => foundAt >= place && Math.abs(from - place) <= AWAY,
    );
    if (found !== undefined) delays.push(found.foundAt - place + 1);
  }
  const hits = delays.filter((delay) => delay <= WITHIN).length;
  return { of: noise.of, planted: series, hits, delays, points: series * POINTS, falseAlarms };
}
