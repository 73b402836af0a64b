/**
 * `npm run bench:defects`: plants each defect in a copy of a client, or of the built program, runs its row in short, and expects it red. Row numbers as arguments take some of
 * them; `--save` enters what they said into bench/defects.json and bench/README.md. Exit status 1 where a row stayed green.
 */
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { scratchFolder } from '../testing/scratch.js';
import { defects, edit, type Defect } from '../testing/planted-defects.js';
import { renderDefects, saveDefect, type PlantedDefect } from './results.js';

const realClients = fileURLToPath(new URL('../sdk_clients', import.meta.url));
const project = fileURLToPath(new URL('..', import.meta.url));
const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** A copy of one entry of a folder, beside links to the others. */
function copyWithOne(source: string, target: string, copied: string, kept: (path: string) => boolean): void {
  mkdirSync(target);
  for (const entry of readdirSync(source).filter((name) => name !== copied))
    symlinkSync(join(source, entry), join(target, entry));
  cpSync(join(source, copied), join(target, copied), { recursive: true, filter: kept });
}

/** Where the defect is, as options of the bench: a folder of clients, or a program, of which the rest is the project's own. */
async function plant(folder: string, defect: Defect): Promise<string[]> {
  const { where } = defect;
  const root = join(folder, where);
  const planted = join(root, where);
  if (where === 'dist') {
    copyWithOne(project, root, where, () => true);
    edit(planted, defect);
    return ['--program', root];
  }
  copyWithOne(realClients, root, where, (path) => !/\/(\.venv|__pycache__)$/.test(path));
  if (where === 'python') symlinkSync(join(realClients, 'python/.venv'), join(planted, '.venv'));
  edit(planted, defect);
  // It finds its compiler as set-up does.
  const PATH = [join(project, '.tools/bin'), process.env['PATH'] ?? ''].join(delimiter);
  if (where === 'go') await execa('./build.sh', { cwd: planted, env: { PATH } });
  return ['--clients', root];
}

interface Said {
  /** Undefined where the row broke: then it has found nothing, neither way. */
  readonly reached: boolean | undefined;
  readonly value: string;
}

/** A row in short, with whatever was planted. */
async function runRow({ row, sdks = 'python', repeats = 2 }: Defect, planted: readonly string[]): Promise<Said> {
  const options = ['--sdk', sdks, ...planted, '--repeats', String(repeats), '--json'];
  const run = await execa(process.execPath, ['--import', 'tsx', main, String(row), ...options], { reject: false });
  const [entry] = JSON.parse(run.stdout) as { reached: boolean; value: string; data: unknown }[];
  if (entry === undefined || entry.data === null) return { reached: undefined, value: entry?.value ?? run.stderr };
  return { reached: entry.reached, value: entry.value };
}

async function withDefect(defect: Defect): Promise<Said> {
  const folder = scratchFolder('defect');
  try {
    return await runRow(defect, await plant(folder, defect));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { save: { type: 'boolean', default: false } },
});
const wanted = positionals.map(Number);
const chosen = defects.filter(({ row }) => wanted.length === 0 || wanted.includes(row));
const sound = new Map<number, Said>();
const all: PlantedDefect[] = [];
for (const defect of chosen) {
  const { row, name } = defect;
  // A row that is red without a defect has not noticed one.
  const without = sound.get(row) ?? (await runRow(defect, []));
  sound.set(row, without);
  const { reached, value } = await withDefect(defect);
  const caught = without.reached === true && reached === false;
  const verdict = caught ? 'red' : without.reached === true ? '**not noticed**' : '**red without it, too**';
  const found = { row, name, without: without.value, with: value, verdict, at: new Date().toISOString() } as const;
  all.push(found);
  if (values.save) saveDefect(found, defects);
  console.error(`row ${row}, ${name}: ${verdict}: ${value}; without it: ${without.value}`);
  if (!caught) process.exitCode = 1;
}
console.log(renderDefects(all));
