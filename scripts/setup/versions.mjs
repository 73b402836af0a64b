// What is installed, and is it new enough: the only place that asks other programs for their version.

import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const ANSWER_LIMIT_MS = 20_000;

/**
 * Runs a command that only prints something.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ started: boolean, ok: boolean, output: string }>} standard output, then standard error, without colours
 */
export function ask(command, args) {
  return new Promise((resolve) => {
    const options = { timeout: ANSWER_LIMIT_MS, killSignal: /** @type {const} */ ('SIGKILL') };
    execFile(command, args, options, (error, stdout, stderr) => {
      // eslint-disable-next-line no-control-regex -- Maven colours its version even without a terminal
      const output = `${stdout}\n${stderr}`.replace(/\u001b\[[0-9;]*m/g, '').trim();
      resolve({ started: error?.code !== 'ENOENT' && error?.code !== 'EACCES', ok: error === null, output });
    });
  });
}

/**
 * Compares dotted numbers; `any` asks for nothing.
 * @param {string} found
 * @param {string} needed
 */
export function isAtLeast(found, needed) {
  if (needed === 'any') return true;
  const have = found.split('.').map(Number);
  const differences = needed.split('.').map((want, i) => (have[i] ?? 0) - Number(want));
  return (differences.find((difference) => difference !== 0) ?? 0) >= 0;
}

/**
 * The first executable of this name on PATH.
 * @param {string} name
 * @returns {string | null}
 */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder || '.', name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // not here: the next folder may have it
    }
  }
  return null;
}
