// Every process that a step starts carries a mark in its environment, so that it is found and ended whatever became of its parent.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const MARK = 'ROBUSTMQ_CHAOS_SETUP_STEP_OF';
const GRACE_MS = 3_000;
const LIMIT_MS = 10_000;

/**
 * Is this process itself part of a step of that folder's set-up? Then set-up is under way, and starting another would wait forever.
 * @param {string} root
 */
export function isInsideStep(root) {
  return process.env[MARK] === root;
}

/**
 * Runs a command of a step to its end, with its output in the step's log.
 * @param {string} command
 * @param {string[]} args
 * @param {{ root: string, cwd: string, logFd: number, env: Record<string, string> }} options
 * @returns {Promise<void>} rejects unless the command ends with status 0
 */
export function runMarked(command, args, { root, cwd, logFd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', logFd, logFd],
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1', ...env, [MARK]: root },
    });
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      if (status === 0) resolve();
      else reject(new Error(`${[command, ...args.slice(0, 1)].join(' ')} ended with ${signal ?? `status ${status}`}`));
    });
  });
}

/**
 * Ends whatever steps of this folder's set-up still run. The caller holds the lock, so nobody else's are among them.
 * @param {string} root
 * @returns {Promise<number>} how many were ended
 */
export async function endMarked(root) {
  const started = Date.now();
  const ended = new Set();
  for (;;) {
    const pids = markedPids(root);
    if (pids.length === 0) return ended.size;
    const waitedMs = Date.now() - started;
    if (waitedMs > LIMIT_MS) throw new Error(`processes ${pids.join(', ')} of an earlier set-up do not end`);
    for (const pid of pids) {
      if (ended.has(pid) && waitedMs < GRACE_MS) continue;
      ended.add(pid);
      signalQuietly(pid, waitedMs < GRACE_MS ? 'SIGTERM' : 'SIGKILL');
    }
    await sleep(50);
  }
}

/** @param {string} root */
function markedPids(root) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => environmentOf(name).includes(`\0${MARK}=${root}\0`))
    .map(Number);
}

/** @param {string} pid @returns {string} empty where it is another user's, or ended meanwhile */
function environmentOf(pid) {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
  } catch {
    return '';
  }
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function signalQuietly(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself
  }
}
