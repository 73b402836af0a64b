/**
 * `npm run bench:defects`: plants each defect in a copy of a client, or of the built program, runs its row in short, and expects it red. Row numbers as arguments take some of
 * them; `--save` enters what they said into bench/defects.json and bench/README.md. Exit status 1 where a row stayed green.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { scratchFolder } from '../test/support/scratch.js';
import { renderDefects, saveDefect, type PlantedDefect } from './results.js';

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

interface Defect {
  readonly row: number;
  readonly name: string;
  /** What is edited: `sdk_clients/python`, which needs no build, or the built program. */
  readonly where: 'python' | 'dist';
  readonly edits: readonly Edit[];
  /** Clients that the row compares; the broken one alone if left out. */
  readonly sdks?: string;
}

const countsArrivals: Edit = {
  file: 'journal.py',
  from: '        seq = decode(self._identity, payload)\n',
  to: '        seq = decode(self._identity, payload)\n        if seq is not None:\n            seq = self._arrivals = getattr(self, "_arrivals", -1) + 1\n',
};
const stampsAtSend: Edit = {
  file: 'result.py',
  from: 'latency = [(end_us if m.recv_us is None else m.recv_us) - m.intended_us for m in sent]',
  to: 'latency = [(end_us if m.recv_us is None else m.recv_us) - m.last_sent_us for m in sent]',
};
const rememberSend: readonly Edit[] = [
  { file: 'ledger.py', from: '    dups: int = 0\n', to: '    dups: int = 0\n    last_sent_us: int = 0\n' },
  {
    file: 'ledger.py',
    from: '        message.attempts += 1\n',
    to: '        message.attempts += 1\n        message.last_sent_us = at_us\n',
  },
];
const forgetsOutbox: Edit = {
  file: 'outbox.py',
  from: '            self._waiting = deque(self._unacked)\n',
  to: '            self._waiting = deque()\n',
};
const believesPublish: Edit = {
  file: 'connection.py',
  from: '        if early_us is not None and self._on_ack:\n            self._on_ack(seq, early_us)\n',
  to: '        if self._on_ack:\n            self._on_ack(seq, early_us or now_us())\n',
};
const waitsForEach: Edit = { file: 'outbox.py', from: 'MAX_IN_FLIGHT = 10_000', to: 'MAX_IN_FLIGHT = 1' };

const clientDefects: readonly Omit<Defect, 'where'>[] = [
  { row: 1, name: 'counts arrivals instead of ids', edits: [countsArrivals] },
  { row: 1, name: 'forgets the outbox on a reconnect', edits: [forgetsOutbox] },
  {
    row: 1,
    name: 'drains for one second only',
    edits: [
      {
        file: 'runner.py',
        from: 'quiet_us = max(2 * self._config.ack_wait_ms * 1000, MIN_QUIET_US)',
        to: 'quiet_us = 1_000_000',
      },
    ],
  },
  { row: 1, name: 'takes a publish that returned for an acknowledgement', edits: [believesPublish] },
  { row: 2, name: 'stamps at the actual send', edits: [stampsAtSend, ...rememberSend] },
  {
    row: 2,
    name: 'enters a receipt when it has time for it',
    edits: [
      {
        file: 'connection.py',
        from: '        at_us = now_us()\n        if self._on_message:',
        to: '        at_us = now_us() + 40_000\n        if self._on_message:',
      },
    ],
  },
  {
    row: 3,
    name: 'says p99 and means p95',
    edits: [{ file: 'result.py', from: '"p99_ms": 99,', to: '"p99_ms": 95,' }],
  },
  {
    row: 4,
    name: 'waits for each acknowledgement, and stamps at the actual send',
    edits: [waitsForEach, stampsAtSend, ...rememberSend],
  },
  { row: 5, name: 'takes a publish that returned for an acknowledgement', edits: [believesPublish] },
  { row: 6, name: 'takes a publish that returned for an acknowledgement', edits: [believesPublish] },
  { row: 6, name: 'forgets the outbox on a reconnect', edits: [forgetsOutbox] },
  { row: 7, name: 'counts arrivals instead of ids', edits: [countsArrivals] },
  {
    row: 8,
    name: 'is slow at reading what came',
    edits: [
      {
        file: 'connection.py',
        from: '        at_us = now_us()\n        if self._on_message:',
        to: '        import time; time.sleep(0.012); at_us = now_us()\n        if self._on_message:',
      },
    ],
    sdks: 'python,go',
  },
  {
    row: 9,
    name: 'waits for the next message by asking all the time',
    edits: [
      {
        file: 'generator.py',
        from: 'if self._stop_requested.wait(remaining_us / 1e6):',
        to: 'if self._stop_requested.is_set():',
      },
    ],
  },
  {
    row: 10,
    name: 'generates behind a wait of 2 ms',
    edits: [
      {
        file: 'generator.py',
        from: '            seq = self._journal.generated(intended_us)\n',
        to: '            self._stop_requested.wait(0.002)\n            seq = self._journal.generated(intended_us)\n',
      },
    ],
  },
];

/** Of the machine's two task queues for activities: as if a worker took one task in three seconds. */
const takesTasksSlowly: Edit = {
  file: 'worker.js',
  from: 'taskQueue: hostQueue(config.host.id) }',
  to: 'taskQueue: hostQueue(config.host.id), maxActivitiesPerSecond: 1 / 3 }',
};

const programDefects: readonly Omit<Defect, 'where'>[] = [
  { row: 11, name: 'takes a task only every three seconds', edits: [takesTasksSlowly] },
  { row: 12, name: 'takes a task only every three seconds', edits: [takesTasksSlowly] },
];

const defects: readonly Defect[] = [
  ...clientDefects.map((defect) => ({ ...defect, where: 'python' }) as const),
  ...programDefects.map((defect) => ({ ...defect, where: 'dist' }) as const),
];

const realClients = fileURLToPath(new URL('../sdk_clients', import.meta.url));
const project = fileURLToPath(new URL('..', import.meta.url));
const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** Replaces each text, which must be there exactly once. */
function edit(folder: string, { edits, name }: Defect): void {
  for (const { file, from, to } of edits) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${name}: expected this once in ${path}: ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
}

/** A copy of one entry of a folder, beside links to the others. */
function copyWithOne(source: string, target: string, copied: string, kept: (path: string) => boolean): void {
  mkdirSync(target);
  for (const entry of readdirSync(source).filter((name) => name !== copied))
    symlinkSync(join(source, entry), join(target, entry));
  cpSync(join(source, copied), join(target, copied), { recursive: true, filter: kept });
}

/** Where the defect is, as options of the bench: a folder of clients, or a program, of which the rest is the project's own. */
function plant(folder: string, defect: Defect): string[] {
  const root = join(folder, defect.where);
  if (defect.where === 'dist') {
    copyWithOne(project, root, 'dist', () => true);
    edit(join(root, 'dist'), defect);
    return ['--program', root];
  }
  copyWithOne(realClients, root, 'python', (path) => !/\/(\.venv|__pycache__)$/.test(path));
  symlinkSync(join(realClients, 'python/.venv'), join(root, 'python/.venv'));
  edit(join(root, 'python'), defect);
  return ['--clients', root];
}

interface Said {
  /** Undefined where the row broke: then it has found nothing, neither way. */
  readonly reached: boolean | undefined;
  readonly value: string;
}

/** A row in short, with whatever was planted. */
async function runRow({ row, sdks = 'python' }: Defect, planted: readonly string[]): Promise<Said> {
  const options = ['--sdk', sdks, ...planted, '--repeats', '2', '--json'];
  const run = await execa(process.execPath, ['--import', 'tsx', main, String(row), ...options], { reject: false });
  const [entry] = JSON.parse(run.stdout) as { reached: boolean; value: string; data: unknown }[];
  if (entry === undefined || entry.data === null) return { reached: undefined, value: entry?.value ?? run.stderr };
  return { reached: entry.reached, value: entry.value };
}

async function withDefect(defect: Defect): Promise<Said> {
  const folder = scratchFolder('defect');
  try {
    return await runRow(defect, plant(folder, defect));
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
