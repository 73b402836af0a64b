// Everything that the command starts, and how it ends: each process carries the folder in its mark, and a janitor does the same work if the
// command itself is killed.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../src/host/os/clock.js';
import { OWNER_VARIABLE, endProcess, identify, ownIdentity, sweepOwned } from '../src/host/os/processes.js';
import { runTypeScript } from '../testing/typescript.js';

const janitor = runTypeScript(new URL('janitor.ts', import.meta.url));
/** How the folders of stages begin: the janitor removes nothing else. */
export const STAGE_PREFIX = 'robustmq-chaos-stage-';
const SETPRIV = '/usr/bin/setpriv';
/** A service that is asked to end may need this long. */
const GRACE_MS = 10_000;

export interface Service {
  readonly name: string;
  readonly log: string;
  readonly child: ChildProcess;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
}

export interface ServiceOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Options of `setpriv` that say as whom it runs. */
  readonly user?: readonly string[];
  /** What it gets if the command is killed. */
  readonly signal?: string;
}

export interface Stage {
  readonly folder: string;
  readonly start: (name: string, command: readonly string[], options?: ServiceOptions) => Service;
  readonly close: () => Promise<void>;
}

/**
 * A folder, the processes that belong to it, and one way to end both.
 * @param bench whose stage it is; stands in the folder's name
 */
export function openStage(bench: string): Stage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `${STAGE_PREFIX}${bench}-`)));
  const { pid, startTicks } = ownIdentity();
  const watcher = spawn(process.execPath, [...janitor, `${pid}:${startTicks}`, folder], {
    detached: true,
    stdio: 'ignore',
  });
  watcher.unref();
  const watcherId = identify(watcher.pid ?? -1);
  const services: Service[] = [];
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const service of [...services].reverse()) await endService(service);
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
export async function sweep(folder: string): Promise<void> {
  await sweepOwned((owner) => owner.startsWith(folder));
  rmSync(folder, { recursive: true, force: true });
}

/** The environment that a service gets: nothing of the machine's but what programs need to be found. */
const bareEnvironment = (folder: string, name: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  LANG: 'C.UTF-8',
  TMPDIR: folder,
  [OWNER_VARIABLE]: `${folder}#${name}`,
});

/** Starts a process with its output in a file of its own. Killed with the command: the kernel sees to it where `setpriv` can ask for that. */
function startService(
  folder: string,
  name: string,
  wanted: readonly string[],
  { env = {}, cwd = folder, user = [], signal = 'KILL' }: ServiceOptions = {},
): Service {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, 'a');
  const [program = '', ...args] = existsSync(SETPRIV)
    ? [SETPRIV, ...user, '--pdeathsig', signal, '--', ...wanted]
    : wanted;
  const child = spawn(program, args, {
    cwd,
    env: { ...bareEnvironment(folder, name), ...env },
    stdio: ['ignore', output, output],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (status, by) => {
      resolve(by ?? `status ${String(status)}`);
    });
  });
  return { name, log, child, ended };
}

/** The signal that ends a service in good order. */
export async function endService(
  { child, ended, name }: Service,
  signal: NodeJS.Signals = name === 'postgres' ? 'SIGINT' : 'SIGTERM',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(late);
}

const lastLines = ({ log }: Service): string => readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');

/** Resolves when a service that does one thing has done it; rejects with the end of its log. */
export async function finish(service: Service): Promise<void> {
  const how = await service.ended;
  if (how !== 'status 0') throw new Error(`${service.name} ended with ${how}:\n${lastLines(service)}`);
}

/** Polls until the look gives something; a service that ends meanwhile is an error, with the end of its log. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { limitMs = 60_000, of = [] }: { readonly limitMs?: number; readonly of?: readonly Service[] } = {},
): Promise<T> {
  const found = await pollUntil(
    async () => {
      for (const { child, name } of of)
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} has ended`);
      return look();
    },
    { limitMs, everyMs: 100 },
  ).catch((error: unknown) => {
    throw new Error(`${what}: ${(error as Error).message}\n${of.map(lastLines).join('\n')}`);
  });
  if (found === undefined) throw new Error(`waited ${limitMs / 1000} s for ${what}\n${of.map(lastLines).join('\n')}`);
  return found;
}
