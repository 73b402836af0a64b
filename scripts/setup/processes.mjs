// Every process that a step starts carries a mark in its environment, so that it is found and ended whatever became of its parent.

import { spawn } from 'node:child_process';
import { endAll, findProcesses, variableOf } from '../os/processes.mjs';
import { stepEnvironment } from './environment.mjs';

const MARK = 'ROBUSTMQ_CHAOS_SETUP_STEP_OF';
const GRACE_MS = 3_000;

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
      env: {
        ...stepEnvironment(process.env),
        GIT_TERMINAL_PROMPT: '0',
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        ...env,
        [MARK]: root,
      },
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
export const endMarked = (root) =>
  endAll(() => findProcesses((pid) => variableOf(pid, MARK) === root), { graceMs: GRACE_MS });
