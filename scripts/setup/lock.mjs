// One set-up at a time per folder. A kernel lock (flock) on an open file: it ends with its owner, so a dead owner leaves nothing behind.

import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes the lock, waiting for another set-up if there is one.
 * @param {string} root
 * @param {{ onWait: (ownerPid: string) => void, signal: AbortSignal }} options
 * @returns {Promise<() => void>} gives it back
 */
export async function takeLock(root, { onWait, signal }) {
  mkdirSync(join(root, '.tools'), { recursive: true });
  const path = join(root, '.tools/setup.lock');
  const fd = openSync(path, 'a');
  if (!(await flock(fd, ['--nonblock'], signal))) {
    onWait(readFileSync(path, 'utf8').trim() || 'unknown');
    if (!(await flock(fd, [], signal))) {
      closeSync(fd);
      throw new Error('the lock .tools/setup.lock could not be taken');
    }
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return () => closeSync(fd);
}

/**
 * Node cannot lock a file, util-linux can: the lock belongs to the open file, which the short-lived child shares with this process.
 * @param {number} fd
 * @param {string[]} options
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
function flock(fd, options, signal) {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', [...options, '3'], { stdio: ['ignore', 'ignore', 'ignore', fd], signal });
    child.on('error', (error) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
      reject(missing ? new Error('flock is missing: install util-linux (Debian package)') : error);
    });
    child.on('exit', (status) => resolve(status === 0));
  });
}
