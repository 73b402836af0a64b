import {
  compareInTurn,
  compareNoise,
  CELLS,
  type Compared,
  type Comparing,
} from '../../testing/series/planted-versions.js';
import { logNormal, realNoise, type Noise } from '../../testing/series/planted.js';
import { table, type Measured, type Row } from '../row.js';

const COMPARISONS = 2000;
const FALSE_ALARMS = 0.05;
const ROUNDS = [3, 5, 10] as const;
const SHIFTS = [1.5, 2, 3] as const;
/** A build that is slower at everything. */
const EVERYWHERE = 1.5;
const SIGMAS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5];
const FEWER_CELLS = [4, 8, 24];
/** How many rounds the series must have that are played again in turn: those of one cluster, not the few published ones. */
const LONG = 50;

const percent = (part: number, all: number): string => `${all === 0 ? 0 : Math.round((1000 * part) / all) / 10} %`;
const worse = ({ saidWorse, comparisons }: Pick<Compared, 'saidWorse' | 'comparisons'>): string =>
  percent(saidWorse, comparisons);
const hits = ({ shifted }: Compared, of?: string): string => {
  const asked = of === undefined ? shifted : shifted.filter((one) => one.of === of);
  return percent(asked.filter(({ found }) => found).length, asked.length);
};

interface World {
  readonly name: string;
  readonly noises: readonly Noise[];
}

interface Asked extends World {
  readonly rounds: number;
  readonly same: Compared;
  readonly shifted: readonly Compared[];
  readonly everywhere: Compared;
}

function ask(world: World, rounds: number, comparisons: number): Asked {
  const compared = (change: Partial<Comparing>): Compared =>
    compareNoise(world.noises, { rounds, comparisons, seed: 1, ...change });
  return {
    ...{ ...world, rounds, same: compared({}) },
    shifted: SHIFTS.map((shift, i) => compared({ shift, seed: i + 2, comparisons: Math.ceil(comparisons / 2) })),
    everywhere: compared({ shift: EVERYWHERE, everywhere: true, seed: 9, comparisons: Math.ceil(comparisons / 20) }),
  };
}

const versus = (rounds: number): string => `${rounds} v ${rounds}`;

function inTurn(): string {
  const series = realNoise()
    .filter(({ factors }) => factors.length >= LONG)
    .map(({ of, factors }) => ({ of, values: factors }));
  const said = ROUNDS.map((rounds) => {
    const { saidWorse, comparisons } = compareInTurn(series, rounds);
    return `${versus(rounds)}: ${saidWorse} of ${comparisons}`;
  });
  return `The 55 real rounds with NATS in the order in which they were played, every other one taken for the other version (${series.length} figures), said worse: ${said.join(', ')}.`;
}

function fewerCells(noises: readonly Noise[], comparisons: number): string {
  const rows = FEWER_CELLS.map((cells) => [
    String(cells),
    ...ROUNDS.map((rounds) => worse(compareNoise(noises, { rounds, comparisons, seed: 5, cells }))),
  ]);
  return table(['figures, noise of real rounds', ...ROUNDS.map((rounds) => `${versus(rounds)} says worse`)], rows);
}

function measure(repeats: number): Measured {
  const comparisons = Math.ceil(COMPARISONS * repeats);
  const real: World = { name: 'real rounds', noises: realNoise() };
  const models = SIGMAS.map((sigma): World => ({ name: `log-normal, ${sigma}`, noises: [logNormal(sigma)] }));
  const all = [real, ...models].flatMap((world) => ROUNDS.map((rounds) => ask(world, rounds, comparisons)));
  const ofReal = all.filter(({ name }) => name === real.name);
  const most = Math.max(...all.map(({ same }) => same.saidWorse / same.comparisons));
  return {
    reached: most <= FALSE_ALARMS,
    value: `at most ${percent(most, 1)}; × 3 found in 3 v 3 with the noise of real rounds: ${ofReal[0]?.shifted[2] === undefined ? '' : hits(ofReal[0].shifted[2])}`,
    detail: [
      `${comparisons} comparisons of a version with itself for each line, ${CELLS} figures each; half as many for each shift of one of the figures.`,
      table(
        [
          'noise of',
          'rounds',
          'says worse at all',
          ...SHIFTS.map((shift) => `× ${shift} found`),
          `all figures × ${EVERYWHERE}: says worse`,
        ],
        all.map(({ name, rounds, same, shifted, everywhere }) => [
          name,
          versus(rounds),
          worse(same),
          ...shifted.map((one) => hits(one)),
          worse(everywhere),
        ]),
      ),
      table(
        ['shift of the figure', ...ROUNDS.flatMap((rounds) => SHIFTS.map((shift) => `${versus(rounds)}, × ${shift}`))],
        real.noises.map(({ of }) => [of, ...ofReal.flatMap(({ shifted }) => shifted.map((one) => hits(one, of)))]),
      ),
      fewerCells(real.noises, comparisons),
      inTurn(),
    ],
    data: all.map(({ name, rounds, same, shifted }) => ({
      ...{ noise: name, rounds, comparisons, saidWorse: same.saidWorse },
      found: shifted.map((one) => one.shifted.filter(({ found }) => found).length),
    })),
  };
}

/** Whether a comparison of versions stays quiet where there is nothing, and what it finds where there is something. */
export const versionNoise: Row = {
  id: 18,
  figure: `comparisons of a version with itself (3, 5 and 10 rounds each, ${CELLS} figures) that say it is worse`,
  target: `≤ ${100 * FALSE_ALARMS} % of the comparisons`,
  run: ({ repeats = 1 }) => Promise.resolve(measure(repeats)),
};
