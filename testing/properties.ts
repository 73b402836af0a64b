import type { Parameters } from 'fast-check';

/** The same values in each `npm test`. `npm run bench:fuzz` gives another seed, and many times the runs. */
const seed = Number(process.env['CHAOS_FUZZ_SEED'] ?? 20_261_128);
const times = Number(process.env['CHAOS_FUZZ_TIMES'] ?? 1);

/** How often a property is tried with which values. What fails names seed and path, and is shrunk. */
export const bounded = (runs: number): Pick<Parameters, 'seed' | 'numRuns'> => ({ seed, numRuns: runs * times });
