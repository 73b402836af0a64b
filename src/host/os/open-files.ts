import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mustRun, runCommand } from './commands.js';
import { isAlive, type ProcessId } from './processes.js';

/** How many files a process may have open, in the kernel's words: a number, or `unlimited`. Up to `hard` it can be raised again. */
export interface OpenFilesLimit {
  readonly soft: string;
  readonly hard: string;
}

/** Why the limit of another process cannot be changed on this host; undefined if it can. */
export const openFilesProblem = (): string | undefined =>
  ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].some((folder) => existsSync(`${folder}/prlimit`))
    ? undefined
    : 'prlimit: expected for a limit of open files, found nowhere; install util-linux';

/** Undefined if the process is gone. */
export function openFilesLimit({ pid }: ProcessId): OpenFilesLimit | undefined {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    const [, soft, hard] = /^Max open files +(\S+) +(\S+)/m.exec(limits) ?? [];
    return soft === undefined || hard === undefined ? undefined : { soft, hard };
  } catch {
    return undefined;
  }
}

/** The numbers of the files that a process has open. */
export const openNumbers = ({ pid }: ProcessId): number[] => readdirSync(`/proc/${pid}/fd`).map(Number);

/** How many numbers below the limit are free: so many files can still be opened. */
export const freeBelow = (limit: number, open: readonly number[]): number =>
  limit - open.filter((number) => number < limit).length;

/** The limit that leaves so many free. A new file gets the lowest free number, which must be below the limit: what is open above it stays, and frees nothing. */
export function limitLeaving(spare: number, open: readonly number[]): number {
  const taken = new Set(open);
  let limit = 0;
  for (let free = 0; free < spare || taken.has(limit); limit += 1) if (!taken.has(limit)) free += 1;
  return limit;
}

/** Changes the soft limit alone: a hard one that was lowered could not be raised again. Nothing if the process is gone. */
export async function limitOpenFiles(process: ProcessId, soft: string): Promise<void> {
  if (!isAlive(process)) return;
  try {
    await mustRun(runCommand, 'prlimit', ['--pid', String(process.pid), `--nofile=${soft}:`]);
  } catch (error) {
    if (isAlive(process)) throw error;
  }
}
