import { readdirSync, statSync } from 'node:fs';
import { tryLock } from 'fs-native-extensions';
import { takeLock } from '#os/lock';
import { logLine } from './log.js';
import { isStopped, signalProcess, type ProcessId } from './processes.js';

/** Locks of this process by path: within one process a lock queues, in the order of the calls; between processes it is the kernel's. */
const queues = new Map<string, Promise<unknown>>();

let stoppedLimitMs = Infinity;

/**
 * From now on this process ends whoever keeps it from a lock and stands stopped (SIGSTOP, a terminal's Ctrl-Z) for `limitMs`: for the one that has to meet
 * deadlines. A stopped process gives nothing back, and nobody knows whether it ever goes on.
 */
export function endStoppedHolders(limitMs: number): void {
  stoppedLimitMs = limitMs;
}

/** Has this process the file of a lock open? */
function hasOpen(pid: number, path: string): boolean {
  try {
    const [folder, wanted] = [`/proc/${pid}/fd`, statSync(path)];
    return readdirSync(folder).some((fd) => {
      const { ino, dev } = statSync(`${folder}/${fd}`, { throwIfNoEntry: false }) ?? {};
      return ino === wanted.ino && dev === wanted.dev;
    });
  } catch {
    return false;
  }
}

/** Called again and again with who has the lock. */
function createStoppedWatch(path: string): (holder: () => ProcessId | undefined) => void {
  let stopped: { readonly id: ProcessId; readonly sinceMs: number } | undefined;
  return (holderNow) => {
    if (stoppedLimitMs === Infinity) return;
    const holder = holderNow();
    if (holder === undefined || !isStopped(holder)) {
      stopped = undefined;
      return;
    }
    const isSame = stopped?.id.pid === holder.pid && stopped.id.startTicks === holder.startTicks;
    if (stopped === undefined || !isSame) stopped = { id: holder, sinceMs: performance.now() };
    if (performance.now() - stopped.sinceMs < stoppedLimitMs) return;
    // The file may name somebody whose lock it no longer is.
    if (!hasOpen(holder.pid, path)) return;
    logLine(`ending process ${holder.pid}: it has ${path}, and has been stopped for ${stoppedLimitMs} ms`);
    signalProcess(holder, 'SIGKILL');
  };
}

/**
 * Runs `work` while holding an exclusive lock on a file. The kernel takes the lock from a process that ends, however it ends; while it is held,
 * the file names its holder. Rejects if it is not to be had within `limitMs`.
 */
export async function withLock<T>(path: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve();
  const turn = before.catch(() => undefined).then(() => holding(path, limitMs, work));
  queues.set(path, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(path) === turn) queues.delete(path);
  }
}

async function holding<T>(path: string, limitMs: number, work: () => Promise<T>): Promise<T> {
  const release = await takeLock(path, { tryLock, limitMs, onHeld: createStoppedWatch(path) });
  try {
    return await work();
  } finally {
    release();
  }
}
