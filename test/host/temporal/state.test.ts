import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeJson } from '../../../src/host/os/files.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { temporalPaths } from '../../../src/host/layout/paths.js';
import { liveUsers, readServer, useServer } from '../../../src/host/temporal/state.js';
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

it('a server is known by its file', () => {
  expect(readServer(root)).toBeUndefined();
  writeJson(temporalPaths(root).server, { port: 7233, process: null });
  expect(readServer(root)?.port).toBe(7233);
  expect(temporalPaths(root).workerLog.startsWith(root)).toBe(true);
});
