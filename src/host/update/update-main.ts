import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { RunPlan } from '../../domain/plan.js';
import { messageOf } from '../../domain/errors.js';
import { runPaths } from '../layout/paths.js';
import { updatePaths } from '../layout/update-paths.js';
import { monotonicUs } from '../os/clock.js';
import { writeIfRoom } from '../os/files.js';
import { childEnvironment, signalGroup, sweepOwned } from '../os/processes.js';
import { readStored, writeStored } from '../os/stored.js';
import { commandOwner, updateEnvironment } from './owners.js';

/**
 * The process that watches one `cluster.update`: `node update-main.js <run folder>`. It lives on when a worker dies, so that an hour of building is
 * not lost by a restart; it ends the command at its limit, and with itself.
 */
const runDir = process.argv[2] as string;
const { runId, update, binary } = readStored<RunPlan>('plan', runPaths(runDir).plan) as RunPlan;
if (update === undefined) throw new Error(`expected a plan with an update in ${runDir}`);
const files = updatePaths(runDir);
const owner = commandOwner(runDir);
const startedUs = monotonicUs();

function finish(code: number | null, problem: string | null): void {
  const seconds = (monotonicUs() - startedUs) / 1e6;
  writeIfRoom(() => writeStored('update exit', files.exit, { code, problem, seconds }));
}

const log = openSync(files.log, 'a');
const [program = '', ...args] = update.command;
const child = spawn(program, args, {
  cwd: update.cwd,
  env: childEnvironment(owner, updateEnvironment({ runId, binary })),
  detached: true,
  stdio: ['ignore', log, log],
});
closeSync(log);

let stopped: string | null = null;
function stop(why: string): void {
  stopped ??= why;
  signalGroup(child, 'SIGKILL');
}
const limit = setTimeout(() => stop(`not done within ${update.limitMs / 60_000} minutes`), update.limitMs);
process.on('SIGTERM', () => stop('it was ended'));
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

child.once('error', (error) => {
  clearTimeout(limit);
  finish(null, `${program} cannot be run: ${messageOf(error)}`);
});
child.once('exit', (code, signal) => {
  clearTimeout(limit);
  // What it has left running would still be writing.
  signalGroup(child, 'SIGKILL');
  void sweepOwned((found) => found === owner)
    .catch(() => undefined)
    .then(() => finish(code, stopped ?? (signal === null ? null : `ended by ${signal}`)));
});
