import { userInfo } from 'node:os';
import { execa, execaSync } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { installRoot } from '../../../src/host/os/tools.js';
import { userName } from '../../../src/host/os/user.js';
import { nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';

/** The same rights, in a user namespace where the id has no name. Some containers allow none. */
const NAMELESS = ['unshare', '--user', '--map-user=54321', '--map-group=54321'] as const;
const allowed = !execaSync(NAMELESS[0], [...NAMELESS.slice(1), 'true'], { reject: false }).failed;

const MAIN = 'dist/client/main.js';
const nameless = (...args: string[]) =>
  execa(NAMELESS[0], [...NAMELESS.slice(1), process.execPath, ...args], {
    cwd: installRoot,
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] },
    extendEnv: false,
    reject: false,
  });

beforeEach(storeOneRun);

describe('who runs the program', () => {
  test('is the user by name', () => {
    expect(userName()).toBe(userInfo().username);
  });

  test.runIf(allowed)(
    'may have no name and no home: help of every command, and what answers without a server',
    async () => {
      const help = await nameless(MAIN, '--help');
      expect([help.exitCode, help.stderr]).toEqual([0, '']);
      const asked = "import('./dist/host/os/user.js').then(({ userName }) => console.log(userName()))";
      expect((await nameless('-e', asked)).stdout).toBe('uid 54321');
      const runs = await nameless(MAIN, 'runs', '--config', place.config);
      expect([runs.exitCode, runs.stderr]).toEqual([0, '']);
      const status = await nameless(MAIN, 'status', '--config', place.config);
      expect([status.exitCode, status.stderr]).toEqual([0, '']);
      expect(nothingStarted(place.root)).toBe(true);
    },
  );
});
