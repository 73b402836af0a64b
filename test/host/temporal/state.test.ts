import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeJson } from '../../../src/host/os/files.js';
import { identify, ownIdentity } from '../../../src/host/os/processes.js';
import { temporalPaths } from '../../../src/host/layout/paths.js';
import { followerOf, isStaying, liveUsers, readServer, takeUp, useServer } from '../../../src/host/temporal/state.js';
import { temporaryFolder } from '../../../testing/processes.js';

let root: string;
beforeEach(() => {
  root = join(temporaryFolder(), 'data');
});

describe('the users of a server', () => {
  it('are those that live and have not left', () => {
    expect(liveUsers(root)).toEqual([]);
    const leave = [
      useServer(root, 'command'),
      useServer(root, 'worker', { hostId: 'local', address: '127.0.0.1:7233' }),
    ];
    expect(liveUsers(root).map(({ role, serves }) => [role, serves?.hostId])).toEqual([
      ['command', undefined],
      ['worker', 'local'],
    ]);
    leave[0]?.();
    leave[0]?.();
    expect(liveUsers(root).map(({ role }) => role)).toEqual(['worker']);
  });

  it('are not the dead, whose files go', () => {
    const file = join(root, 'temporal', 'users', '1-command.json');
    const dead = { ...ownIdentity(), startTicks: 1 };
    writeJson(file, { process: dead, role: 'command', serves: null });
    expect(liveUsers(root)).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });
});

describe('a run', () => {
  /** Another living process: the one that started this one. */
  const other = identify(process.ppid)!;
  const user = (name: string, change: object): void =>
    writeJson(join(root, 'temporal', 'users', `${name}.json`), {
      ...{ process: other, role: 'command', serves: null, ...change },
    });

  it('is taken up by a command, which is then known to follow it', async () => {
    expect(await takeUp(root, 'run-1')).toBeUndefined();
    expect(liveUsers(root)).toMatchObject([{ role: 'command', follows: 'run-1' }]);
    expect(await takeUp(root, 'run-1')).toBeUndefined();
    expect(await takeUp(root, 'run-2')).toBeUndefined();
    expect(liveUsers(root)).toMatchObject([{ follows: 'run-2' }]);
  });

  it.each([
    ['a command that follows it', { follows: 'run-1' }],
    ['one that is there for every run, or of an older version', {}],
    ['a service', { role: 'worker', serves: { hostId: 'local', address: 'a' } }],
  ])('is not taken up from %s', async (_, change) => {
    user('other', change);
    expect(await takeUp(root, 'run-1')).toBe(`process ${process.ppid}`);
    expect(liveUsers(root)).toHaveLength(1);
  });

  it.each([
    ['a command that follows another one, or none yet', { follows: 'run-2' }, { follows: null }],
    ['a worker that belongs to a command', { role: 'worker', owner: other }, { owner: { ...other, startTicks: 1 } }],
    ['a dead process', { process: { ...other, startTicks: 1 }, follows: 'run-1' }, {}],
  ])('is not followed by %s', (_, one, two) => {
    user('one', one);
    if (Object.keys(two).length > 0) user('two', two);
    expect(followerOf(root, 'run-1')).toBeUndefined();
  });

  it('may be followed by a process of a newer version', () => {
    user('newer', { format: 99 });
    expect(followerOf(root, 'run-1')).toBe('a process of a newer version');
  });
});

it('a worker stays as long as the command that brought it, or as long as it likes', () => {
  const user = { process: ownIdentity(), role: 'worker', serves: null } as const;
  expect(isStaying(user)).toBe(true);
  expect(isStaying({ ...user, owner: ownIdentity() })).toBe(true);
  expect(isStaying({ ...user, owner: { ...ownIdentity(), startTicks: 1 } })).toBe(false);
});

it('a server is known by its file', () => {
  expect(readServer(root)).toBeUndefined();
  writeJson(temporalPaths(root).server, { port: 7233, process: null });
  expect(readServer(root)?.port).toBe(7233);
  expect(temporalPaths(root).workerLog.startsWith(root)).toBe(true);
});
