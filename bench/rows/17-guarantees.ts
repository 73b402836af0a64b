import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { median, table, type Row } from '../row.js';
import type { Judged } from '../guarantees/judge.js';

const LIMIT_S = 10;
const LIMIT_MB = 300;

/** In a process of its own, so that its memory is that of the judging. */
async function judgeOnce(): Promise<Judged> {
  const program = fileURLToPath(new URL('../guarantees/judge.ts', import.meta.url));
  const { stdout } = await execa(process.execPath, ['--expose-gc', '--import', 'tsx', program]);
  return JSON.parse(stdout) as Judged;
}

/** Whether a long history is judged soon, and within the memory of a small machine. */
export const ledgersJudged: Row = {
  id: 17,
  figure: 'a history of 1 million events judged by every checker of guarantees',
  target: `≤ ${LIMIT_S} s of CPU, < ${LIMIT_MB} MB beyond the history, each planted violation found and nothing else`,
  run: async ({ repeats = 3, say }) => {
    const all: Judged[] = [];
    for (let at = 0; at < repeats; at += 1) all.push(await judgeOnce().finally(() => say(`${at + 1} of ${repeats}`)));
    const seconds = all.map(({ checkers }) => checkers.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000);
    const beyondMb = Math.max(...all.map(({ peakMb, historyMb }) => peakMb - historyMb));
    const [first] = all;
    const isRight = all.every(({ checkers }) => checkers.every(({ found, planted }) => found === planted));
    const cpuMsOf = (name: string): number =>
      median(all.flatMap(({ checkers }) => checkers.filter((one) => one.name === name).map(({ cpuMs }) => cpuMs)));
    return {
      reached: Math.max(...seconds) <= LIMIT_S && beyondMb < LIMIT_MB && isRight,
      value: `${median(seconds).toFixed(1)} s of CPU (worst ${Math.max(...seconds).toFixed(1)} s), ${beyondMb.toFixed(0)} MB, planted ${isRight ? 'all found, and nothing else' : 'NOT all found, or more than them'}`,
      detail: [
        `One history of ${first?.events} events, made in memory: reading ledgers is not part of this figure. With it alone, the process has ${first?.historyMb.toFixed(0)} MB. Checkers share the indexes of the lists: who asks first pays for them. Seconds are those of a processor, and not of the clock: on a machine with other work, that is the honest figure.`,
        table(
          ['checker', 'ms of CPU, median', 'violations planted', 'found'],
          (first?.checkers ?? []).map(({ name, planted, found }) => [
            name,
            cpuMsOf(name).toFixed(0),
            String(planted),
            String(found),
          ]),
        ),
      ],
      data: all,
    };
  },
};
