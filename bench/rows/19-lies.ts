import { join } from 'node:path';
import { GUARANTEE_NAMES, type Guarantee } from '../../src/domain/guarantees/guarantee.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { allEnded } from '../../testing/all-ended.js';
import type { LieKind } from '../../testing/lies/book.js';
import { liedTo, lieTo, type LiedTo } from '../../testing/lies/run.js';
import {
  failover,
  notShared,
  qosMix,
  retained,
  sessions,
  shared,
  truthfully,
  wills,
  type LyingRun,
} from '../../testing/lies/workloads.js';
import { table, type Row } from '../row.js';

const [LEAST, LEAST_EACH, REPEATS] = [1000, 20, 9];
/** Runs at a time: the SDKs side by side, and two of each. */
const TOGETHER = 2;

/** A connection of 3.1.1 has neither a DISCONNECT with a will nor a delay; so wills are those of 5. */
const WILLS = wills({
  kinds: ['clean:1:0', 'cut:1:0', 'cut:0:0', 'disconnect04:1:0', 'cut:1:3', 'mute:1:0'],
  ...{ times: 4, takeovers: 16, notEnded: 60 },
});

/** The runs of one SDK: `reach` has one violation for a subscription, and `session` one for a connection, so both need many. */
function runsOf(repeats: number): { readonly lying: LyingRun; readonly seed: number }[] {
  const both = Array.from({ length: repeats }, (_, at) => (at % 2 === 0 ? ('5' as const) : ('3.1.1' as const)));
  const lying = [
    ...both.flatMap((version) => [
      qosMix(version, 450, 6),
      ...[sessions(version, false), sessions(version, true)],
      ...[failover(version, 300), shared(version, 200)],
    ]),
    ...[retained('5', 14), WILLS, WILLS, WILLS],
    ...[qosMix('5', 200, 2), sessions('3.1.1', false), retained('5', 3), WILLS].map(truthfully),
    ...[failover('5', 200), failover('3.1.1', 200), shared('5', 200), shared('3.1.1', 200)].map(truthfully),
    ...[notShared('5'), notShared('3.1.1')],
  ];
  return lying.map((one, seed) => ({ lying: one, seed }));
}

async function all(sdk: string, repeats: number, run: (lying: LyingRun, seed: number) => Promise<void>): Promise<void> {
  const left = runsOf(repeats);
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      if (liedTo(next.lying.workload, next.lying.version).includes(sdk)) await run(next.lying, next.seed);
  };
  await allEnded(Array.from({ length: TOGETHER }, work));
}

const keysOf = (list: readonly { readonly guarantee: string; readonly key: string }[]): string[] =>
  list.map(({ guarantee, key }) => `${guarantee}: ${key}`);

function summaryOf(sdk: string, runs: readonly LiedTo[]) {
  const told = new Map<LieKind, number>();
  for (const { kind } of runs.flatMap(({ book }) => book.lies)) told.set(kind, (told.get(kind) ?? 0) + 1);
  const planted = runs.flatMap((run) => run.planted);
  const counts = GUARANTEE_NAMES.map(
    (name) => [name, planted.filter(({ guarantee }) => guarantee === name).length] as const,
  );
  return {
    ...{ sdk, runs: runs.length, planted: planted.length, told: Object.fromEntries(told) },
    counts: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    missed: keysOf(runs.flatMap((run) => run.missed)),
    invented: runs.flatMap((run) => run.invented).map(({ guarantee, text }) => `${guarantee}: ${text}`),
  };
}

/** The checkers of another copy of the built program. */
const checkersOf = async (program: string): Promise<readonly Guarantee[]> =>
  ((await import(join(program, 'dist/domain/guarantees/index.js'))) as { guarantees: readonly Guarantee[] }).guarantees;

/** Every lie of a broker against what the checkers of guarantees find in the ledgers of the clients. */
export const lies: Row = {
  id: 19,
  figure: 'violations of guarantees planted by a broker that lies, several at once: missed / invented',
  target: `0 / 0, of ${LEAST} planted in all, and at least ${LEAST_EACH} for each guarantee and SDK`,
  run: async ({ folder, sdks, clients, program, repeats, say }) => {
    const checkers = program === undefined ? guarantees : await checkersOf(program);
    const found = await allEnded(
      sdks
        .filter((sdk) => liedTo('qos-mix').includes(sdk))
        .map(async (sdk) => {
          const runs: LiedTo[] = [];
          await all(sdk, repeats ?? REPEATS, async (lying, seed) => {
            const run = await lieTo(sdk, lying, { folder, seed, root: clients, checkers });
            runs.push(run);
            const { planted, missed, invented } = run;
            say(`${sdk}, ${lying.workload} ${seed}: ${planted.length} planted, ${missed.length} / ${invented.length}`);
          });
          return summaryOf(sdk, runs);
        }),
    );
    const [missed, invented] = [found.flatMap((one) => one.missed), found.flatMap((one) => one.invented)];
    const planted = found.reduce((sum, one) => sum + one.planted, 0);
    // In short there are fewer.
    const isEnough =
      repeats !== undefined ||
      (planted >= LEAST &&
        found.every(({ counts }) => GUARANTEE_NAMES.every((name) => (counts[name] ?? 0) >= LEAST_EACH)));
    return {
      reached: missed.length + invented.length === 0 && isEnough && found.length > 0,
      value: `${missed.length} / ${invented.length} of ${planted} planted${isEnough ? '' : ', which are too few'}`,
      detail: [
        table(
          ['SDK', 'runs', ...GUARANTEE_NAMES, 'missed', 'invented'],
          found.map(({ sdk, runs, counts, ...one }) => [
            ...[sdk, String(runs), ...GUARANTEE_NAMES.map((name) => String(counts[name] ?? 0))],
            ...[String(one.missed.length), String(one.invented.length)],
          ]),
        ),
        ...found.map(({ sdk, told }) => `Lies told to ${sdk}: ${listOf(told)}.`),
        'Up to ten runs of each SDK are without a lie. One lie may violate several guarantees, and `reach` counts subscriptions.',
        ...[...missed.map((one) => `missed: ${one}`), ...invented.map((one) => `invented: ${one}`)].slice(0, 20),
      ],
      data: found,
    };
  },
};

const listOf = (told: Readonly<Record<string, number>>): string =>
  Object.entries(told)
    .map(([kind, count]) => `${kind} ×${count}`)
    .join(', ');
