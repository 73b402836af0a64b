// A lock that the kernel keeps on an open file. It ends with the process that took it, however that one ends, so nothing is ever left to be
// broken. The file itself stays: a file that somebody waits for must not be taken away.

import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownIdentity } from './processes.mjs';

/** @import { ProcessId } from './processes.mjs' */

/**
 * Locks an open file, if nobody else has locked it.
 * @typedef {(fd: number) => boolean | Promise<boolean>} TryLock
 */

/**
 * Takes the lock of a file, and writes into the file who has it.
 * @param {string} path
 * @param {{ tryLock: TryLock, limitMs?: number, everyMs?: number, signal?: AbortSignal, onHeld?: (holder: () => ProcessId | undefined, tries: number) => void }} options
 *   `onHeld` is called after each try that found the lock with somebody else; `holder` reads who that is
 * @returns {Promise<() => void>} gives it back; rejects if it is not to be had in time
 */
export async function takeLock(path, { tryLock, limitMs = Infinity, everyMs = 25, signal, onHeld = () => undefined }) {
  mkdirSync(dirname(path), { recursive: true });
  const end = performance.now() + limitMs;
  for (let tries = 1; ; tries += 1) {
    const release = await tryTake(path, tryLock);
    if (release !== undefined) return release;
    onHeld(() => holderOf(path), tries);
    if (performance.now() > end) {
      throw new Error(`${path}: held by process ${holderOf(path)?.pid ?? '?'} for over ${limitMs} ms`);
    }
    await sleep(everyMs, undefined, { signal });
  }
}

/**
 * @param {string} path
 * @param {TryLock} tryLock
 * @returns {Promise<(() => void) | undefined>}
 */
async function tryTake(path, tryLock) {
  // Node opens files so that no child process inherits them: the lock ends with this process, whatever it has started.
  const fd = openSync(path, 'a+');
  try {
    if ((await tryLock(fd)) && isStillAt(path, fd)) {
      nameHolder(fd);
      return () => giveBack(fd);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return undefined;
}

/**
 * For people, and for the error of somebody who waits. The kernel keeps the lock: on a full disk it is held all the same.
 * @param {number} fd
 */
function nameHolder(fd) {
  try {
    ftruncateSync(fd);
    writeSync(fd, JSON.stringify(ownIdentity()));
  } catch {
    // Nobody is named.
  }
}

/** @param {number} fd */
function giveBack(fd) {
  try {
    ftruncateSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * A folder may be removed with the lock's file in it, and made again: the lock of a file that is gone keeps nobody out.
 * @param {string} path
 * @param {number} fd
 */
function isStillAt(path, fd) {
  const found = statSync(path, { throwIfNoEntry: false });
  const { ino, dev } = fstatSync(fd);
  return found?.ino === ino && found.dev === dev;
}

/**
 * Who has the lock, as the file says.
 * @param {string} path
 * @returns {ProcessId | undefined} undefined if it is free, or just being taken
 */
function holderOf(path) {
  try {
    return /** @type {ProcessId} */ (JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
