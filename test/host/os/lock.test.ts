import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { endStoppedHolders, withLock } from '../../../src/host/os/lock.js';
import { findOwned, ownIdentity } from '../../../src/host/os/processes.js';
import type { Said } from '../../../testing/fixtures/lock-taker.mjs';
import { fixture, temporaryFolder, until } from '../../../testing/processes.js';

const folder = temporaryFolder();
let files = 0;
/** A lock in a folder of its own. */
const lockFile = (): string => join(folder, String((files += 1)), 'lock');
const leave = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

type Child = ReturnType<typeof fixture>['child'];
const children: Child[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Another process that has the lock. */
async function holder(path: string, ...more: string[]): Promise<Child> {
  mkdirSync(dirname(path), { recursive: true });
  const { child } = fixture('lock-holder.mjs', [path, ...more]);
  children.push(child);
  await until('the other process has the lock', () => existsSync(`${path}.held`));
  return child;
}

describe('a lock', () => {
  it('names its holder while the work lasts, and nobody after it, also when the work failed', async () => {
    const path = lockFile();
    const named = (): string => readFileSync(path, 'utf8');
    expect(JSON.parse(await withLock(path, 100, () => Promise.resolve(named())))).toEqual(ownIdentity());
    await expect(withLock(path, 100, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(named()).toBe('');
    await holder(path);
  });

  it('lets the callers of one process in, one after another and in their order', async () => {
    const path = lockFile();
    const seen: string[] = [];
    const turn = (name: string) =>
      withLock(path, 5000, async () => {
        seen.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${name} out`);
      });
    await Promise.all([turn('a'), turn('b'), turn('c')]);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('of a living process is waited for, and named when it is not to be had', async () => {
    const path = lockFile();
    const { pid } = await holder(path);
    const started = performance.now();
    await expect(withLock(path, 60, () => Promise.resolve('in'))).rejects.toThrow(
      `${path}: held by process ${String(pid)} for over 60 ms`,
    );
    expect(performance.now() - started).toBeGreaterThanOrEqual(60);
  });

  it('of a stopped process is waited for like any other', async () => {
    const path = lockFile();
    const owner = await holder(path);
    owner.kill('SIGSTOP');
    await expect(withLock(path, 300, () => Promise.resolve('in'))).rejects.toThrow('held by process');
    expect(owner.signalCode).toBeNull();
  });

  it('of a process that stays stopped is had by one that has to get on, which ends it; of one that is at work it is not', async () => {
    const [path, other] = [lockFile(), lockFile()];
    const [stopped, working] = [await holder(path), await holder(other)];
    stopped.kill('SIGSTOP');
    try {
      endStoppedHolders(50);
      await expect(withLock(path, 10_000, () => Promise.resolve('in'))).resolves.toBe('in');
      await expect(withLock(other, 300, () => Promise.resolve('in'))).rejects.toThrow('held by process');
    } finally {
      endStoppedHolders(Infinity);
    }
    await until('the stopped process is gone', () => stopped.signalCode !== null);
    expect([stopped.signalCode, working.signalCode]).toEqual(['SIGKILL', null]);
  });

  it('is had as soon as its owner dies', async () => {
    const path = lockFile();
    const owner = await holder(path);
    const waiting = withLock(path, 10_000, () => Promise.resolve('in'));
    owner.kill('SIGKILL');
    expect(await waiting).toBe('in');
  });

  it('does not pass to what its owner has started', async () => {
    const path = lockFile();
    const mark = `${folder}#child-of-holder`;
    const owner = await holder(path, mark);
    owner.kill('SIGKILL');
    expect(await withLock(path, 5000, () => Promise.resolve('in'))).toBe('in');
    expect(findOwned((name) => name === mark)).toHaveLength(1);
  });

  it.each([
    ['the name of a process that ended', JSON.stringify({ ...ownIdentity(), pid: 2 ** 22 + 1 })],
    ['the name of a living process that does not hold it', JSON.stringify(ownIdentity())],
    ['nothing', ''],
  ])('whose file was left with %s is free', async (_what, text) => {
    const path = lockFile();
    leave(path, text);
    expect(await withLock(path, 0, () => Promise.resolve('in'))).toBe('in');
  });

  it('is a new one where its folder was removed and made again', async () => {
    const path = lockFile();
    await withLock(path, 100, async () => {
      rmSync(dirname(path), { recursive: true });
      await holder(path);
    });
    await expect(withLock(path, 0, () => Promise.resolve('in'))).rejects.toThrow('held by process');
  });

  it('never lets two of twenty processes in, though four of them are killed inside', async () => {
    const path = lockFile();
    mkdirSync(dirname(path));
    const contenders = Array.from({ length: 20 }, (_, i) =>
      fixture('lock-contender.mjs', [path, '6', String(i % 5 === 0 ? 2 + (i % 4) : 0)]),
    );
    const ends = await Promise.all(contenders.map(({ ended }) => ended));
    expect(ends.map(({ errors }) => errors).join('')).toBe('');
    expect(ends.filter(({ status }) => status === 'SIGKILL')).toHaveLength(4);
    expect(ends.filter(({ status }) => status === 0)).toHaveLength(16);
    expect(await withLock(path, 0, () => Promise.resolve('in'))).toBe('in');
  }, 60_000);
});

interface Taker {
  /** Begins to take the lock, and stops before that step: what the step is, or how it ended if there are not as many. */
  readonly begin: (path: string, stopBefore: number) => Promise<Said>;
  readonly goOn: () => Promise<Said>;
  readonly leave: () => Promise<Said>;
  readonly end: () => Promise<number>;
}

/** One who takes a lock step by step, in a thread of its own: locks know no threads, only who has opened the file. */
async function openTaker(): Promise<Taker> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('../../../testing/fixtures/lock-taker.mjs', import.meta.url), {
    workerData: { gate: gate.buffer },
  });
  const next = async (): Promise<Said> => ((await once(worker, 'message')) as [Said])[0];
  await next();
  return {
    begin: (path, stopBefore) => {
      worker.postMessage({ path, stopBefore });
      return next();
    },
    goOn: () => {
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      return next();
    },
    leave: () => {
      worker.postMessage('leave');
      return next();
    },
    end: () => worker.terminate(),
  };
}

describe('the lock of a dead process', () => {
  const outcome = (said: Said): string => (said.kind === 'ended' ? said.how : `stopped before ${said.before}`);

  /** One stops before a step; the other comes up to a step of its own; the first goes on to its end, and then the other. How both ended. */
  async function interleave([one, other]: [Taker, Taker], [first, second]: [number, number]) {
    const path = lockFile();
    // What a process leaves that is killed inside, and one that is killed while it takes away what another has left.
    for (const file of [path, `${path}.break`]) leave(file, JSON.stringify({ ...ownIdentity(), startTicks: 1 }));
    const atFirst = await one.begin(path, first);
    const atSecond = await other.begin(path, second);
    const ends = [
      outcome(atFirst.kind === 'stopped' ? await one.goOn() : atFirst),
      outcome(atSecond.kind === 'stopped' ? await other.goOn() : atSecond),
    ];
    for (const [i, taker] of [one, other].entries()) if (ends[i] === 'in') await taker.leave();
    return { ends, isOver: [atFirst.kind === 'ended', atSecond.kind === 'ended'] };
  }

  it('lets in one of two takers, at whichever step of one the other comes, and however far that gets', async () => {
    const takers: [Taker, Taker] = [await openTaker(), await openTaker()];
    const wrong: unknown[] = [];
    let tried = 0;
    for (let [first, isLast] = [1, false]; !isLast; first += 1) {
      for (let [second, isOver] = [1, false]; !isOver; second += 1) {
        const { ends, isOver: over } = await interleave(takers, [first, second]);
        if (ends.filter((end) => end === 'in').length !== 1) wrong.push({ first, second, ends });
        [isLast, isOver] = [over[0] === true, over[1] === true];
        tried += 1;
      }
    }
    await Promise.all(takers.map((taker) => taker.end()));
    expect(tried).toBeGreaterThan(9);
    expect(wrong).toEqual([]);
  });
});
