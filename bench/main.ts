/**
 * `npm run bench`: every row of the table; `npm run bench -- 1 5 7` only these. `--sdk python,go` takes some of the clients, `--clients <folder>` takes
 * them from elsewhere (a planted defect), `--program <folder>` the built program, `--repeats 1` makes it short, `--json` prints JSON, `--save` enters the figures into bench/results.json and bench/README.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { constants, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readJson, writeJson } from '../src/host/os/files.js';
import { removeNamespaces } from '../src/host/os/namespaces.js';
import { isAlive, ownIdentity, type ProcessId } from '../src/host/os/processes.js';
import { endOwnedBy, scratchFolder, scratchFolders } from '../testing/scratch.js';
import { DEFAULT_SDKS } from '../src/config/sdks.js';
import { render, saveResults, type Entry } from './results.js';
import type { Context, Row } from './row.js';
import { rows } from './rows.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sdk: { type: 'string' },
    clients: { type: 'string' },
    program: { type: 'string' },
    repeats: { type: 'string' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});

const wanted = positionals.map(Number);
const unknown = wanted.filter((id) => !rows.some((row) => row.id === id));
const sdks = values.sdk?.split(',') ?? DEFAULT_SDKS;
const strangers = sdks.filter((sdk) => !DEFAULT_SDKS.includes(sdk));
if (unknown.length > 0 || strangers.length > 0) {
  console.error(
    `expected rows of ${rows.map(({ id }) => id).join(', ')} and SDKs of ${DEFAULT_SDKS.join(', ')}, got ${[...unknown, ...strangers].join(', ')}`,
  );
  process.exit(64);
}
if (
  values.save &&
  [values.clients, values.program, values.sdk, values.repeats].some((option) => option !== undefined)
) {
  console.error(
    '--save takes whole figures of the project’s own code: expected no --clients, --program, --sdk or --repeats beside it',
  );
  process.exit(64);
}

/** What the figures depend on, beside the code. */
const machine = (): Entry['machine'] => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.versions.node,
  commit: commitOf(),
  loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
});

function commitOf(): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'sdk_clients') === '' ? '' : '+')
    );
  } catch {
    return 'unknown';
  }
}

const ownerFile = (folder: string): string => join(folder, 'bench.json');

async function endFolder(folder: string): Promise<void> {
  await endOwnedBy(folder);
  // Whoever would have taken them away has just been ended.
  for (const place of existsSync(folder) ? readdirSync(folder) : [])
    await removeNamespaces(join(folder, place, 'cluster'));
  rmSync(folder, { recursive: true, force: true });
}

/** What a bench that was killed left running is ended by the next one. */
async function endLeftovers(): Promise<void> {
  for (const folder of scratchFolders('bench')) {
    const owner = readJson<ProcessId>(ownerFile(folder));
    if (owner !== undefined && !isAlive(owner)) await endFolder(folder);
  }
}

/** The folder of the row that is being measured. */
let current: string | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const ended = current === undefined ? Promise.resolve() : endFolder(current);
    void ended.finally(() => process.exit(128 + constants.signals[signal]));
  });
}

async function measureRow(row: Row): Promise<Entry> {
  const folder = scratchFolder(`bench-${row.id}`);
  writeJson(ownerFile(folder), ownIdentity());
  current = folder;
  const started = performance.now();
  const say = (text: string): void => console.error(`row ${row.id}: ${text}`);
  const context: Context = {
    folder,
    sdks,
    clients: values.clients,
    program: values.program,
    repeats: values.repeats === undefined ? undefined : Number(values.repeats),
    say,
  };
  const { id, figure, target } = row;
  const before = machine();
  try {
    const measured = await row.run(context);
    const seconds = Math.round((performance.now() - started) / 1000);
    return { id, figure, target, ...measured, at: new Date().toISOString(), seconds, machine: before };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.error(`row ${row.id}: ${failure}`);
    const broken = {
      reached: false,
      value: `could not be measured: ${failure.split('\n')[0] ?? ''}`,
      detail: [],
      data: null,
    };
    return { id, figure, target, ...broken, at: new Date().toISOString(), seconds: 0, machine: before };
  } finally {
    await endFolder(folder);
    current = undefined;
  }
}

await endLeftovers();
const entries: Entry[] = [];
for (const row of rows.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
  const entry = await measureRow(row);
  entries.push(entry);
  console.error(`row ${row.id}: ${entry.reached ? 'reached' : 'NOT reached'}: ${entry.value} (${entry.seconds} s)`);
  // Entered at once, so that an interrupted bench keeps what it has measured.
  if (values.save) saveResults([entry]);
}
console.log(
  values.json
    ? JSON.stringify(entries, null, 2)
    : render(
        rows.filter((r) => wanted.length === 0 || wanted.includes(r.id)),
        entries,
      ),
);
process.exitCode = entries.every(({ reached }) => reached) ? 0 : 1;
