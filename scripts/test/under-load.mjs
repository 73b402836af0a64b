// Runs a command while busy loops run beside it: what only works on an idle machine is flaky on every other.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const loop = fileURLToPath(new URL('busy-loop.mjs', import.meta.url));

/**
 * Runs a command to its end, with its output on ours and our Ctrl-C on it. The loops end with it, and with this process, whatever ends that.
 * @param {number} loops each burns one core
 * @param {readonly [string, ...string[]]} command
 * @returns {Promise<number | string>} its exit status, or what ended it
 */
export async function underLoad(loops, [program, ...args]) {
  const burning = Array.from({ length: loops }, () =>
    spawn(process.execPath, [loop, `${process.pid}`], { stdio: 'ignore' }),
  );
  const child = spawn(program, args, { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? code ?? 'no status'));
    });
  } finally {
    const beside = burning.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).length;
    for (const one of burning) one.kill('SIGKILL');
    if (beside < loops)
      console.log(`only ${beside} of ${loops} busy loops ran to the end: it was less load than meant`);
  }
}
