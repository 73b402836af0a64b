import { logNormal, plant, realNoise, WITHIN, type Found, type Noise } from '../../testing/series/planted.js';
import { median, table, type Measured, type Row } from '../row.js';

const SERIES = 200;
const SHIFT = 0.5;
const HITS = 0.95;
const ALARMS_PER_1000 = 1;
const SIGMAS = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5];
/** Multiples that are tried, to see which is found in nearly every series. */
const MULTIPLES = [1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10, 15];
const SERIES_PER_MULTIPLE = 40;

const percent = (part: number, all: number): string => `${all === 0 ? 0 : Math.round((1000 * part) / all) / 10} %`;
const perThousand = ({ falseAlarms, points }: Pick<Found, 'falseAlarms' | 'points'>): number =>
  (1000 * falseAlarms) / points;

const spread = ({ factors }: Noise): number => {
  const logs = factors.map(Math.log);
  const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (logs.length - 1));
};

/** The least rise that is found within six runs in 95 % of the series. */
function leastRise(noise: Noise): string {
  const least = MULTIPLES.find((multiple) => {
    const { hits, planted } = plant(noise, { series: SERIES_PER_MULTIPLE, size: multiple - 1, seed: 3, up: true });
    return hits >= HITS * planted;
  });
  return least === undefined ? `more than × ${MULTIPLES.at(-1)}` : `× ${least}`;
}

const rowOf = (noise: Noise, found: Found): string[] => [
  found.of,
  spread(noise).toFixed(2),
  percent(found.hits, found.planted),
  percent(found.delays.length, found.planted),
  found.delays.length === 0 ? '–' : String(median(found.delays)),
  perThousand(found).toFixed(2),
  leastRise(noise),
];

const HEAD = [
  'noise of',
  'spread (σ of ln)',
  `found within ${WITHIN} runs`,
  'found at all',
  'runs it took (median)',
  'false alarms per 1,000 points',
  `rise found within ${WITHIN} runs in 95 %`,
];

function measure(repeats: number): Measured {
  const noises = realNoise();
  const each = Math.ceil((SERIES * repeats) / noises.length);
  const real = noises.map((noise, i) => ({ noise, found: plant(noise, { series: each, size: SHIFT, seed: i + 1 }) }));
  const model = SIGMAS.map(logNormal).map((noise) => ({
    noise,
    found: plant(noise, { series: SERIES * repeats, size: SHIFT, seed: 1 }),
  }));
  const sum = (pick: (found: Found) => number): number => real.reduce((all, { found }) => all + pick(found), 0);
  const [hits, planted] = [sum(({ hits: n }) => n), sum(({ planted: n }) => n)];
  const alarms = perThousand({ falseAlarms: sum(({ falseAlarms: n }) => n), points: sum(({ points: n }) => n) });
  return {
    reached: hits >= HITS * planted && alarms <= ALARMS_PER_1000,
    value: `${percent(hits, planted)} of ${planted} found, ${alarms.toFixed(2)} false alarms per 1,000 points`,
    detail: [
      'Noise of real rounds, and below it noise of the log-normal law. Half of the shifts are 50 % up, half 50 % down.',
      table(
        HEAD,
        [...real, ...model].map(({ noise, found }) => rowOf(noise, found)),
      ),
    ],
    data: [...real, ...model].map(({ found }) => found),
  };
}

/** Whether a figure that has changed is found soon, and one that has not is left alone. */
export const plantedChanges: Row = {
  id: 14,
  figure: `shifts of 50 % planted into ${SERIES} series of 200 points with the noise of real rounds`,
  target: `≥ 95 % found within ${WITHIN} runs, ≤ ${ALARMS_PER_1000} false alarm per 1,000 points`,
  run: ({ repeats = 1 }) => Promise.resolve(measure(repeats)),
};
