import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { table, type Row } from './row.js';
import { rows } from './rows.js';

const entry = z.strictObject({
  id: z.number(),
  figure: z.string(),
  target: z.string(),
  reached: z.boolean(),
  value: z.string(),
  detail: z.array(z.string()),
  data: z.unknown(),
  at: z.string(),
  seconds: z.number(),
  machine: z.strictObject({
    cores: z.number(),
    cpu: z.string(),
    memoryGb: z.number(),
    kernel: z.string(),
    node: z.string(),
    commit: z.string(),
    /** The load average of the minute before: a busy machine makes every time worse. */
    loadBefore: z.number(),
  }),
});

/** One row as it was measured once. */
export type Entry = z.infer<typeof entry>;

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const RESULTS = file('results.json');
const README = file('README.md');
const [BEGIN, END] = ['<!-- figures: written by `npm run bench -- --save` -->', '<!-- /figures -->'];

/** The latest figures of every row that was ever saved. */
export const readResults = (): Entry[] =>
  existsSync(RESULTS) ? z.array(entry).parse(JSON.parse(readFileSync(RESULTS, 'utf8'))) : [];

/** The table, and below it what each row has to say. A row that was not run says so. */
export function render(shown: readonly Row[], entries: readonly Entry[]): string {
  const of = (row: Row): Entry | undefined => entries.find(({ id }) => id === row.id);
  const line = (row: Row): string[] => {
    const found = of(row);
    const state = found === undefined ? 'not run yet' : found.reached ? '✅' : '❌';
    return [String(row.id), row.figure, row.target, found?.value ?? '', state];
  };
  const details = shown.flatMap((row) => {
    const found = of(row);
    if (found === undefined) return [];
    const { machine, at, seconds, detail } = found;
    const where = `${machine.cores} cores (${machine.cpu}), load ${machine.loadBefore} before it, Linux ${machine.kernel}, Node ${machine.node}, commit ${machine.commit}`;
    return [
      `### ${row.id}. ${row.figure}`,
      ...detail,
      `_${at.slice(0, 16).replace('T', ' ')} UTC, ${seconds} s; ${where}._`,
    ];
  });
  return [table(['#', 'figure', 'target', 'measured', ''], shown.map(line)), ...details].join('\n\n');
}

/** Enters figures into the JSON and into the README, in place of older ones of the same rows. */
export function saveResults(entries: readonly Entry[]): void {
  const kept = readResults().filter(({ id }) => !entries.some((found) => found.id === id));
  const all = [...kept, ...entries].sort((a, b) => a.id - b.id);
  writeFileSync(RESULTS, `${JSON.stringify(all)}\n`);
  const text = readFileSync(README, 'utf8');
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${README}: expected ${BEGIN} and then ${END}`);
  writeFileSync(README, `${text.slice(0, before)}${BEGIN}\n\n${render(rows, all)}\n\n${text.slice(after)}`);
}
