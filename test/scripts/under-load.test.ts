// Shows that the load of `npm run test:stress` is there while the suite runs, and goes with it, whatever ends it.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandLine, cpuTicksOf, identify, isAlive, type ProcessId } from '../../src/host/os/processes.js';
import { temporaryFolder, until } from '../../testing/processes.js';

const module = new URL('../../scripts/test/under-load.mjs', import.meta.url).href;

/** Runs a line of shell under two loops, in a process of its own, as `scripts/stress.mjs` runs the suite. */
function start(line: string): ChildProcess {
  const code = `
    const { underLoad } = await import(${JSON.stringify(module)});
    process.exitCode = await underLoad(2, ['sh', '-c', ${JSON.stringify(line)}]);`;
  return spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'ignore' });
}

/** The busy loops among the children of a process. */
function loopsOf(pid: number): ProcessId[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const isLoop = (child: number): boolean => commandLine(child).includes('busy-loop.mjs');
  return children.filter(isLoop).flatMap((child) => identify(child) ?? []);
}

async function loopsThatBurn(pid: number): Promise<ProcessId[]> {
  const burn = (): boolean => {
    const loops = loopsOf(pid);
    return loops.length === 2 && loops.every((loop) => cpuTicksOf(loop.pid).ownTicks > 10);
  };
  await until('two loops burn', burn);
  return loopsOf(pid);
}

/** Waits until it is told, or its folder is gone. */
const whenTold = (folder: string): string =>
  `while [ -d '${folder}' ] && [ ! -e '${folder}/go-on' ]; do sleep 0.05; done`;
const tell = (folder: string): void => writeFileSync(join(folder, 'go-on'), '');

it('burns two cores until the command has ended, and gives its exit status', async () => {
  const folder = temporaryFolder();
  const running = start(`${whenTold(folder)}; exit 3`);
  const ended = once(running, 'exit');
  const loops = await loopsThatBurn(running.pid!);
  tell(folder);
  expect((await ended)[0]).toBe(3);
  await until('the loops are gone', () => loops.every((loop) => !isAlive(loop)));
});

it.each(['SIGKILL', 'SIGTERM'] as const)('ends the load when it is ended by %s', async (signal) => {
  const folder = temporaryFolder();
  const running = start(whenTold(folder));
  const ended = once(running, 'exit');
  const loops = await loopsThatBurn(running.pid!);
  running.kill(signal);
  await ended;
  await until('the loops are gone', () => loops.every((loop) => !isAlive(loop)));
  tell(folder);
});
