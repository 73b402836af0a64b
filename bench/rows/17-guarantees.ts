import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { median, table, type Row } from '../row.js';
import type { Judged } from '../guarantees/judge.js';

const LIMIT_S = 10;
const LIMIT_MB = 300;

/** In a process of its own, so that its memory is that of the judging. */
async function judgeOnce(): Promise<Judged> {
  const program = fileURLToPath(new URL('../guarantees/judge.ts', import.meta.url));
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', program]);
  return JSON.parse(stdout) as Judged;
}

/** Whether a long history is judged soon, and within the memory of a small machine. */
export const ledgersJudged: Row = {
  id: 17,
  figure: 'guarantees: ledgers judged, 1 million events by every checker',
  target: `≤ ${LIMIT_S} s, < ${LIMIT_MB} MB, each planted violation found`,
  run: async ({ repeats = 3, say }) => {
    const all: Judged[] = [];
    for (let at = 0; at < repeats; at += 1) all.push(await judgeOnce().finally(() => say(`${at + 1} of ${repeats}`)));
    const seconds = all.map(({ checkers }) => checkers.reduce((sum, { ms }) => sum + ms, 0) / 1000);
    const peakMb = Math.max(...all.map((one) => one.peakMb));
    const [first] = all;
    const isRight = all.every(({ checkers }) => checkers.every(({ found, planted }) => found === planted));
    const msOf = (name: string): number =>
      median(all.flatMap(({ checkers }) => checkers.filter((one) => one.name === name).map(({ ms }) => ms)));
    return {
      reached: Math.max(...seconds) <= LIMIT_S && peakMb < LIMIT_MB && isRight,
      value: `${median(seconds).toFixed(1)} s (worst ${Math.max(...seconds).toFixed(1)} s), ${peakMb.toFixed(0)} MB, planted ${isRight ? 'all found' : 'NOT all found, or more than them'}`,
      detail: [
        `One history of ${first?.events} events, made in memory: reading ledgers of version 2 is not part of this figure yet. It holds ${first?.historyMb.toFixed(0)} MB of the peak, the process before it ${first?.emptyMb.toFixed(0)} MB.`,
        table(
          ['checker', 'ms, median', 'violations planted', 'found'],
          (first?.checkers ?? []).map(({ name, planted, found }) => [
            name,
            msOf(name).toFixed(0),
            String(planted),
            String(found),
          ]),
        ),
      ],
      data: all,
    };
  },
};
