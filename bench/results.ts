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
const DEFECTS = file('defects.json');
const README = file('README.md');

/** Replaces what stands in the README between two comments: `<!-- name: … -->` and `<!-- /name -->`. */
function enter(name: string, content: string): void {
  const text = readFileSync(README, 'utf8');
  const begin = text.indexOf('-->', text.indexOf(`<!-- ${name}:`)) + '-->'.length;
  const end = text.indexOf(`<!-- /${name} -->`);
  if (begin < '-->'.length || end < begin)
    throw new Error(`${README}: expected <!-- ${name}: … --> and then <!-- /${name} -->`);
  writeFileSync(README, `${text.slice(0, begin)}\n\n${content}\n\n${text.slice(end)}`);
}

/** The latest figures of every row that was ever saved. */
export const readResults = (): Entry[] =>
  existsSync(RESULTS) ? z.array(entry).parse(JSON.parse(readFileSync(RESULTS, 'utf8'))) : [];

/** The table, and below it what each row has to say. A row that was not run says so. */
export function render(shown: readonly Row[], entries: readonly Entry[]): string {
  const of = (row: Row): Entry | undefined => entries.find(({ id }) => id === row.id);
  const line = (row: Row): string[] => {
    const found = of(row);
    const state = found === undefined ? 'not run yet' : found.reached ? '✓' : '✗';
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
  enter('figures', render(rows, all));
}

const plantedDefect = z.strictObject({
  row: z.number(),
  name: z.string(),
  /** What the row said without the defect and with it, and what follows. */
  without: z.string(),
  with: z.string(),
  verdict: z.enum(['red', '**not noticed**', '**red without it, too**']),
  at: z.string(),
});

/** One defect that was planted, and what its row said. */
export type PlantedDefect = z.infer<typeof plantedDefect>;

export const renderDefects = (found: readonly PlantedDefect[]): string =>
  table(
    ['row', 'defect', 'the row without it', 'the row with it', '', 'run (UTC)'],
    found.map((one) => [
      String(one.row),
      one.name,
      one.without,
      one.with,
      one.verdict,
      one.at.slice(0, 16).replace('T', ' '),
    ]),
  );

/** Enters one defect into the JSON and the README, in place of its older run; those that exist no more are left out. */
export function saveDefect(found: PlantedDefect, known: readonly Pick<PlantedDefect, 'row' | 'name'>[]): void {
  const older = existsSync(DEFECTS) ? z.array(plantedDefect).parse(JSON.parse(readFileSync(DEFECTS, 'utf8'))) : [];
  const all = known.flatMap(({ row, name }) =>
    [found, ...older].filter((one) => one.row === row && one.name === name).slice(0, 1),
  );
  writeFileSync(DEFECTS, `${JSON.stringify(all, null, 2)}\n`);
  enter('defects', renderDefects(all));
}
