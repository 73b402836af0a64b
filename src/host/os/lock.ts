import { tryLock } from 'fs-native-extensions';
import { takeLock } from '#os/lock';

/** Locks of this process by path: within one process a lock queues, in the order of the calls; between processes it is the kernel's. */
const queues = new Map<string, Promise<unknown>>();

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
  const release = await takeLock(path, { tryLock, limitMs });
  try {
    return await work();
  } finally {
    release();
  }
}
