import { execa } from 'execa';
import { installRoot } from '../src/host/os/tools.js';
import { runTypeScript } from './typescript.js';

/** What a program of `bench/` printed and how it ended. The test's `signal` ends it too, so that a test that is given up leaves nobody behind. */
export async function benchProgram(
  name: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly stdout: string; readonly exitCode: number | undefined }> {
  const program = runTypeScript(new URL(`../bench/${name}.ts`, import.meta.url));
  const options = { cwd: installRoot, reject: false, cancelSignal: signal } as const;
  const { stdout, exitCode } = await execa(process.execPath, [...program, ...args], options);
  return { stdout, exitCode };
}
