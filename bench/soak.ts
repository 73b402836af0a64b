// Many short real rounds in a row on one worker and one server: does anything grow, is anything left behind?
//   npm run bench:soak -- [--count 60] [--record figures.ndjson]
// Prints one row for each round, then what is judged. Exit status 0 if every figure is flat from the tenth round on and nothing is left.

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commandLine, findProcessesOf, type ProcessId } from '#os/processes';
import { keeperOf } from '../src/host/keeper/control.js';
import { clusterDir } from '../src/host/layout/paths.js';
import { pollUntil } from '../src/host/os/clock.js';
import { runningServer } from '../src/host/temporal/server.js';
import { FIGURES, figuresOf, followKeeper, serverOf, workersOf, type Soak } from '../testing/soak/figures.js';
import { hasVerdict, judgeSoak, type Round } from '../testing/soak/verdict.js';
import { endService, openStage, waitFor } from './stage.js';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '60' }, record: { type: 'string' } },
});
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1)
  throw new Error(`--count: expected a whole number from 1, got ${values.count}`);

/** Short waits, everything else as in production. Two clients, which are the quickest to start. */
const CONFIG = `cluster: { name: soak, driver: nats, nodes: 3 }
data_dir: data
sdks: [go, rust]
load: { messages: 50, rate_per_second: 50 }
timing: { heal_wait_seconds: 1, fault_window_seconds: 5, fault_grace_seconds: 5, lead_in_seconds: 1 }
scenarios:
  - { name: kill-follower, fault: broker-kill, target: robustmq-server, params: { victim: follower }, core: true, priority: P0 }
`;

const CLEAN_LIMIT_MS = 15_000;
const main = fileURLToPath(new URL('../dist/client/main.js', import.meta.url));
const nameOf = (id: ProcessId | null | undefined): string => (id == null ? 'none' : `${id.pid}:${id.startTicks}`);

const stage = openStage('soak');
const dataRoot = join(stage.folder, 'data');
const soak: Soak = {
  folder: stage.folder,
  dataRoot,
  clusterDir: clusterDir(dataRoot, 'soak'),
  temporary: join(stage.folder, 'tmp'),
};
const config = join(stage.folder, 'config.yml');

/** A command of the program; its output goes to a file of the stage. */
const command = (name: string, ...args: string[]) =>
  stage.start(name, [process.execPath, main, ...args, '--config', config], { env: { TMPDIR: soak.temporary } });

const columns = ['round', 's', 'exit', ...Object.keys(FIGURES)];
const row = (cells: readonly (string | number)[]): string =>
  cells.map((cell, i) => String(cell).padStart(columns[i]?.length ?? 0)).join('  ');

async function playRound(number: number): Promise<Round> {
  const startedMs = performance.now();
  const keeper = followKeeper(soak);
  const round = command(`round-${number}`, 'round');
  await round.ended;
  // The keeper goes by itself when there is nothing to keep.
  await pollUntil(() => Promise.resolve(keeperOf(soak.clusterDir) === undefined || undefined), {
    limitMs: CLEAN_LIMIT_MS,
    everyMs: 100,
  });
  const figures = figuresOf(soak, keeper.end());
  return {
    number,
    seconds: Math.round(performance.now() - startedMs) / 1000,
    exitStatus: round.child.exitCode,
    worker: workersOf(soak).map(nameOf).join(' and ') || 'none',
    server: nameOf(serverOf(soak)),
    figures,
  };
}

/** What still carries the folder after everything of it was told to end. The janitor of the stage goes with this command. */
async function stillLeft(): Promise<string[]> {
  const look = (): string[] =>
    findProcessesOf(soak.folder)
      .map(({ pid }) => `process ${pid} ${commandLine(pid).slice(0, 160)}`)
      .filter((line) => !line.includes('janitor'));
  await pollUntil(() => Promise.resolve(look().length === 0 || undefined), { limitMs: CLEAN_LIMIT_MS, everyMs: 200 });
  return look();
}

async function play(): Promise<void> {
  mkdirSync(soak.temporary);
  writeFileSync(config, CONFIG);
  const dev = command('dev', 'dev');
  await waitFor(
    'server and worker',
    () => Promise.resolve(runningServer(dataRoot) !== undefined && workersOf(soak).length === 1 ? true : undefined),
    { of: [dev] },
  );
  console.log(row(columns));
  const rounds: Round[] = [];
  for (let number = 1; number <= count; number += 1) {
    const round = await playRound(number);
    // After a signal everything is being ended: that is no round.
    if (process.exitCode === 130) return;
    rounds.push(round);
    console.log(row([number, round.seconds.toFixed(1), String(round.exitStatus), ...Object.values(round.figures)]));
    if (values.record !== undefined) appendFileSync(values.record, `${JSON.stringify(round)}\n`);
    // Without server or worker, or with the breaker open, all others would end like it.
    if (!hasVerdict(round)) break;
  }
  await endService(dev);
  const { lines, problems, summary } = judgeSoak(rounds, await stillLeft());
  console.log(['', ...lines, '', summary].join('\n'));
  process.exitCode = problems.length === 0 ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    process.exitCode = 130;
    void stage.close().then(() => process.exit(130));
  });
}
try {
  await play();
} catch (error) {
  // After a signal everything ends under its hands: that is no failure of theirs.
  if (process.exitCode !== 130) console.error(`bench:soak: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode ??= 1;
} finally {
  await stage.close();
}
