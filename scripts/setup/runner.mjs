// Runs the steps that are not done yet: two at a time, the longest way to the end first; the first failure ends all.

import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endMarked, runMarked } from './processes.mjs';
import { hashInputs, removeStamp, writeStamp } from './state.mjs';
import { linkTool } from './steps.mjs';

/** @import { Step } from './steps.mjs' */
/** @import { Progress } from './progress.mjs' */

/**
 * @typedef {{ step: Step, tool: { path: string, version: string } | null }} Task a step to do; `tool`: what PATH has in its place
 */

const AT_ONCE = 2;
const STEP_LIMIT_MS = 20 * 60_000;
/** npm gives the reason first and pages of help after it; compilers end with it. */
const LOG_LINES_SHOWN = { first: 6, last: 24 };

/** A step that did not end well, with a message for the person who has to repair it. */
export class StepFailure extends Error {}

/**
 * @typedef {object} Surroundings
 * @property {string} root
 * @property {Map<string, string>} commands how each checked toolchain is called
 * @property {Progress} progress
 * @property {AbortSignal} signal gives up
 */

/**
 * Does all tasks, or throws with nothing left running.
 * @param {Task[]} tasks
 * @param {Surroundings} surroundings
 */
export async function runTasks(tasks, { root, commands, progress, signal }) {
  const waiting = byUrgency(tasks);
  /** @type {Map<string, Promise<string>>} */
  const running = new Map();
  const stop = new AbortController();
  const given = AbortSignal.any([signal, stop.signal]);
  const stopped = rejectionOf(signal);
  try {
    while (waiting.length + running.size > 0) {
      signal.throwIfAborted();
      const task = running.size < AT_ONCE ? takeNext(waiting, running) : null;
      if (task === null) {
        running.delete(await Promise.race([...running.values(), stopped]));
        continue;
      }
      const label = `[${tasks.length - waiting.length}/${tasks.length}] ${task.step.name}`;
      running.set(task.step.name, runTask(task, label, { root, commands, progress, signal: given }));
    }
  } catch (error) {
    stop.abort();
    await endMarked(root);
    await Promise.allSettled(running.values());
    throw error;
  }
}

/** @param {AbortSignal} signal @returns {Promise<never>} */
function rejectionOf(signal) {
  /** @type {Promise<never>} */
  const stopped = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(/** @type {Error} */ (signal.reason)), { once: true });
  });
  stopped.catch(() => undefined);
  return stopped;
}

/**
 * The task whose own time and that of what waits for it is longest comes first.
 * @param {Task[]} tasks
 */
function byUrgency(tasks) {
  /** @param {Step} step @returns {number} */
  const seconds = (step) => {
    const followers = tasks.filter((other) => other.step.after === step.name);
    return step.coldSeconds + Math.max(0, ...followers.map((other) => seconds(other.step)));
  };
  return tasks.toSorted((a, b) => seconds(b.step) - seconds(a.step));
}

/**
 * Takes out the first task that waits for none of the others.
 * @param {Task[]} waiting
 * @param {Map<string, unknown>} running
 * @returns {Task | null}
 */
function takeNext(waiting, running) {
  const unfinished = new Set([...running.keys(), ...waiting.map(({ step }) => step.name)]);
  const at = waiting.findIndex(({ step }) => step.after === undefined || !unfinished.has(step.after));
  return at < 0 ? null : (waiting.splice(at, 1)[0] ?? null);
}

/**
 * @param {Task} task
 * @param {string} label
 * @param {Surroundings} surroundings
 * @returns {Promise<string>} the step's name
 */
async function runTask({ step, tool }, label, { root, commands, progress, signal }) {
  const startedMs = Date.now();
  const secondsSince = () => Number(((Date.now() - startedMs) / 1_000).toFixed(1));
  // Hashed before the step reads them: a file that is edited meanwhile makes the step stale again.
  const inputs = hashInputs(root, step);
  removeStamp(root, step.name);
  if (tool !== null && step.tool !== undefined) {
    linkTool(root, step.tool.name, tool.path);
    writeStamp(root, step.name, { inputs, seconds: 0, note: `${tool.path}, version ${tool.version}` });
    progress.say(`${label}: ${tool.version} is on PATH and is used`);
    return step.name;
  }
  progress.started(step.name, `${label}: ${step.doing}…`);
  try {
    await runLogged(step, { root, commands, signal });
  } catch (error) {
    progress.ended(step.name, `${label}: ${signal.aborted ? 'ended' : 'failed'} after ${secondsSince()} s`);
    throw new StepFailure(failureText(root, step, /** @type {Error} */ (error)));
  }
  writeStamp(root, step.name, { inputs, seconds: secondsSince() });
  progress.ended(step.name, `${label}: done in ${secondsSince()} s`);
  return step.name;
}

/**
 * @param {Step} step
 * @param {Omit<Surroundings, 'progress'>} surroundings
 */
async function runLogged(step, { root, commands, signal }) {
  mkdirSync(join(root, '.tools/logs'), { recursive: true });
  const logFd = openSync(logPath(root, step), 'w');
  const limit = AbortSignal.timeout(STEP_LIMIT_MS);
  try {
    const running = step.run({
      root,
      exec: (command, args, { cwd = root, env = {} } = {}) => {
        signal.throwIfAborted();
        return runMarked(command, args, { root, cwd, logFd, env });
      },
      command: (toolchain) => commands.get(toolchain) ?? toolchain,
    });
    await Promise.race([running, rejectionOf(limit)]);
  } catch (error) {
    throw limit.aborted ? new Error(`it took longer than ${STEP_LIMIT_MS / 60_000} minutes`) : error;
  } finally {
    closeSync(logFd);
  }
  const absent = step.outputs.filter((output) => !existsSync(join(root, output)));
  if (absent.length > 0) throw new Error(`it ended well, but did not make ${absent.join(', ')}`);
}

/**
 * @param {string} root
 * @param {Step} step
 * @param {Error} error
 */
function failureText(root, step, error) {
  const all = readFileSync(logPath(root, step), 'utf8').trimEnd().split('\n');
  const { first, last } = LOG_LINES_SHOWN;
  const lines = all.length > first + last ? [...all.slice(0, first), '…', ...all.slice(-last)] : all;
  return [
    `set-up: ${step.name} failed: ${error.message}`,
    ...lines.map((text) => `  | ${text}`),
    `All of its output: .tools/logs/${step.name}.log`,
    ...(step.help === undefined ? [] : [step.help]),
    'Nothing of set-up runs any more. Start the same command again when the cause is gone: steps that are done stay done.',
  ].join('\n');
}

/** @param {string} root @param {Step} step */
function logPath(root, step) {
  return join(root, '.tools/logs', `${step.name}.log`);
}
