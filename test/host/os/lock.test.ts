import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../src/host/os/lock.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { fixture, shell, temporaryFolder } from '../../../testing/processes.js';

const folder = temporaryFolder();
let files = 0;
const lockFile = (): string => join(folder, `lock-${(files += 1)}`);
const held = (path: string, owner: unknown): void => {
  writeFileSync(path, JSON.stringify(owner));
};

describe('a lock', () => {
  it('is there while the work lasts, and gone after it, also when the work failed', async () => {
    const path = lockFile();
    expect(await withLock(path, 100, () => Promise.resolve(existsSync(path)))).toBe(true);
    await expect(withLock(path, 100, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
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
    const owner = await shell(folder, 'exec sleep 60');
    held(path, owner);
    await expect(withLock(path, 60, () => Promise.resolve('in'))).rejects.toThrow(`held by process ${owner.pid}`);
  });

  it('is had as soon as its owner dies', async () => {
    const path = lockFile();
    const owner = await shell(folder, 'exec sleep 60');
    held(path, owner);
    const waiting = withLock(path, 10_000, () => Promise.resolve('in'));
    process.kill(owner.pid, 'SIGKILL');
    expect(await waiting).toBe('in');
  });

  it.each([
    ['that ended', { ...ownIdentity(), pid: 2 ** 22 + 1 }],
    ['whose pid another one has now', { ...ownIdentity(), startTicks: 1 }],
    ['of another boot', { ...ownIdentity(), bootId: 'another' }],
  ])('of a process %s is taken over', async (_what, owner) => {
    const path = lockFile();
    held(path, owner);
    expect(await withLock(path, 1000, () => Promise.resolve('in'))).toBe('in');
  });

  it('that a power cut left empty is taken over', async () => {
    const path = lockFile();
    writeFileSync(path, '');
    expect(await withLock(path, 1000, () => Promise.resolve('in'))).toBe('in');
  });

  it('is taken over although the one that was breaking it died doing so', async () => {
    const path = lockFile();
    held(path, { ...ownIdentity(), startTicks: 1 });
    held(`${path}.break`, { ...ownIdentity(), startTicks: 2 });
    expect(await withLock(path, 2000, () => Promise.resolve('in'))).toBe('in');
  });

  it('never lets two of twenty processes in, though four of them are killed inside', async () => {
    const path = lockFile();
    const contenders = Array.from({ length: 20 }, (_, i) =>
      fixture('lock-contender.mjs', [path, '6', String(i % 5 === 0 ? 2 + (i % 4) : 0)]),
    );
    const ends = await Promise.all(contenders.map(({ ended }) => ended));
    expect(ends.map(({ errors }) => errors).join('')).toBe('');
    expect(ends.filter(({ status }) => status === 'SIGKILL')).toHaveLength(4);
    expect(ends.filter(({ status }) => status === 0)).toHaveLength(16);
    // The last one in may have been one of the four: what it left is the next taker's to clear.
    expect(await withLock(path, 2000, () => Promise.resolve('in'))).toBe('in');
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 60_000);
});
