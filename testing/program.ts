import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { installRoot } from '../src/host/os/tools.js';

const PROGRAM = join(installRoot, 'bin', 'robustmq-chaos');

export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a person does, to its end. */
export async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { exitCode, stdout, stderr } = await execa(PROGRAM, args, { reject: false, stdin: 'ignore', env });
  return { exitCode, stdout, stderr };
}

/** Starts `open`, and waits for the address that it prints; `end` is Ctrl-C, and gives its exit status. It ends with the test at the latest. */
export async function openPages(
  args: readonly string[],
): Promise<{ readonly url: string; readonly end: () => Promise<number | null> }> {
  const child: ChildProcess = spawn(PROGRAM, ['open', '--no-browser', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const [url] = (await Promise.race([
    once(child.stdout!, 'data'),
    ended.then(([status]) => {
      throw new Error(`open ended with status ${String(status)}`);
    }),
  ])) as [Buffer];
  const end = async (): Promise<number | null> => {
    child.kill('SIGINT');
    return (await ended)[0];
  };
  return { url: url.toString().trim(), end };
}
