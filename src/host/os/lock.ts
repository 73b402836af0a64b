import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sleepMs } from './clock.js';
import { isAlive, ownIdentity, type ProcessId } from './processes.js';

/** Locks of this process by path: within one process a lock queues, between processes it is a file. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while holding an exclusive lock file; the file names its owner, and one whose owner is dead is taken over.
 * Rejects if it is not to be had within `limitMs`.
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
  const end = Date.now() + limitMs;
  while (!tryTake(path)) {
    if (Date.now() > end)
      throw new Error(`${path}: held by process ${ownerOf(path)?.pid ?? '?'} for over ${limitMs} ms`);
    await sleepMs(25);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** The file appears with its content or not at all (link of a finished file), so a reader never sees an owner half written. */
function tryTake(path: string): boolean {
  mkdirSync(dirname(path), { recursive: true });
  const owner = ownerOf(path);
  if (owner !== undefined && !isAlive(owner)) removeStale(path, owner);
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(ownIdentity()));
  try {
    linkSync(temporary, path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Only one of several takers may remove a stale lock: the one that wins the lock on the lock. */
function removeStale(path: string, stale: ProcessId): void {
  const breaker = `${path}.break`;
  const temporary = `${breaker}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(ownIdentity()));
  try {
    const holder = ownerOf(breaker);
    if (holder !== undefined && !isAlive(holder)) rmSync(breaker, { force: true });
    linkSync(temporary, breaker);
  } catch {
    return;
  } finally {
    rmSync(temporary, { force: true });
  }
  const current = ownerOf(path);
  if (current !== undefined && current.pid === stale.pid && current.startTicks === stale.startTicks) {
    rmSync(path, { force: true });
  }
  rmSync(breaker, { force: true });
}

/** Belongs to no process: for a file that a power cut left empty, since nothing else makes one that cannot be read. */
const NOBODY: ProcessId = { pid: 0, startTicks: 0, bootId: '' };

function ownerOf(path: string): ProcessId | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text) as ProcessId;
  } catch {
    return NOBODY;
  }
}
