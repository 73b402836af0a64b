// Everything that the command starts, and how it ends: each process carries the folder in its mark, and a janitor does the same work if the
// command itself is killed.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pollUntil } from '../../dist/host/os/clock.js';
import { OWNER_VARIABLE, endProcess, identify, ownIdentity, sweepOwned } from '../../dist/host/os/processes.js';

const janitor = fileURLToPath(new URL('janitor.mjs', import.meta.url));
const SETPRIV = '/usr/bin/setpriv';
/** A service that is asked to end may need this long. */
const GRACE_MS = 10_000;

/** @typedef {{ name: string, log: string, child: import('node:child_process').ChildProcess, ended: Promise<string> }} Service */

/** A folder, the processes that belong to it, and one way to end both. */
export function openStage() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'robustmq-chaos-production-')));
  const { pid, startTicks } = ownIdentity();
  const watcher = spawn(process.execPath, [janitor, `${pid}:${startTicks}`, folder], {
    detached: true,
    stdio: 'ignore',
  });
  watcher.unref();
  const watcherId = identify(watcher.pid);
  /** @type {Service[]} */
  const services = [];
  let closed;
  const close = async () => {
    for (const service of services.toReversed()) await endService(service);
    await sweep(folder);
    if (watcherId !== undefined) await endProcess(watcherId, 1000);
  };
  return {
    folder,
    start: (name, command, options) => {
      const service = startService(folder, name, command, options);
      services.push(service);
      return service;
    },
    close: () => (closed ??= close()),
  };
}

/** Ends what carries the folder's mark, and removes the folder. */
export async function sweep(folder) {
  await sweepOwned((owner) => owner.startsWith(folder));
  rmSync(folder, { recursive: true, force: true });
}

/** The environment that a service gets: nothing of the machine's but what programs need to be found. */
const bareEnvironment = (folder, name) => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  LANG: 'C.UTF-8',
  TMPDIR: folder,
  [OWNER_VARIABLE]: `${folder}#${name}`,
});

/**
 * Starts a process with its output in a file of its own. Killed with the command: the kernel sees to it where `setpriv` can ask for that.
 * @returns {Service}
 */
function startService(folder, name, [program, ...args], { env = {}, cwd = folder, user = [], signal = 'KILL' } = {}) {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, 'a');
  const command = existsSync(SETPRIV)
    ? [SETPRIV, ...user, '--pdeathsig', signal, '--', program, ...args]
    : [program, ...args];
  const child = spawn(command[0], command.slice(1), {
    cwd,
    env: { ...bareEnvironment(folder, name), ...env },
    stdio: ['ignore', output, output],
  });
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (status, by) => resolve(by ?? `status ${status}`));
  });
  return { name, log, child, ended };
}

/** The signal that ends a service in good order. */
export async function endService({ child, ended, name }, signal = name === 'postgres' ? 'SIGINT' : 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(late);
}

const lastLines = ({ log }) => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');

/** Resolves when a service that does one thing has done it; rejects with the end of its log. */
export async function finish(service) {
  const how = await service.ended;
  if (how !== 'status 0') throw new Error(`${service.name} ended with ${how}:\n${lastLines(service)}`);
}

/** Polls until the look gives something; a service that ends meanwhile is an error, with the end of its log. */
export async function waitFor(what, look, { limitMs = 60_000, of = [] } = {}) {
  const found = await pollUntil(
    async () => {
      for (const { child, name } of of)
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} has ended`);
      return look();
    },
    { limitMs, everyMs: 100 },
  ).catch((error) => {
    throw new Error(`${what}: ${error.message}\n${of.map(lastLines).join('\n')}`);
  });
  if (found === undefined) throw new Error(`waited ${limitMs / 1000} s for ${what}\n${of.map(lastLines).join('\n')}`);
  return found;
}
