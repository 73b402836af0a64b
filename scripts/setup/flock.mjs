// Locks an open file by a tool of the system. Node itself cannot, and the library that the program uses is not there before set-up has installed it.

import { spawn } from 'node:child_process';

/**
 * The lock belongs to the open file, which the short-lived child shares with this process.
 * @param {number} fd
 * @returns {Promise<boolean>} false if somebody else has it locked
 */
export function flock(fd) {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    child.on('error', (error) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
      reject(missing ? new Error('flock is missing: install util-linux (Debian package)') : error);
    });
    child.on('exit', (status, signal) => {
      if (status === 0 || status === 1) resolve(status === 0);
      else reject(new Error(`flock ended with ${signal ?? `status ${status}`}`));
    });
  });
}
