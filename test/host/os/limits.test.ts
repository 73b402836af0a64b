import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClusterActivities } from '../../../src/activities/cluster.js';
import type { ChaosError } from '../../../src/domain/errors.js';
import { faults } from '../../../src/host/faults/index.js';
import {
  countedGroups,
  hostLimits,
  limitFindings,
  requireLimits,
  softLimit,
  threadsOfUser,
  tooLow,
  type HostLimits,
} from '../../../src/host/os/limits.js';
import { installRoot } from '../../../src/host/os/tools.js';
import { perform, plannedRun } from '../../../testing/activities.js';
import { temporaryFolder } from '../../../testing/processes.js';

const ENOUGH: HostLimits = {
  openFiles: 1024,
  addressSpace: Infinity,
  fileSize: Infinity,
  userThreadsLeft: 10_000,
  groupThreadsLeft: Infinity,
};

const refusal = (has: Partial<HostLimits>, processors = 2): string => {
  try {
    requireLimits(limitFindings({ ...ENOUGH, ...has }, processors));
    return '';
  } catch (error) {
    expect(error).toMatchObject({ name: 'ChaosError', code: 'HOST_LIMIT' });
    return (error as ChaosError).message;
  }
};

describe('a limit that is too low', () => {
  it.each([
    ['open files', { openFiles: 256 }, /open files .*\(ulimit -n\): needs 1024, has 256; raise it by "ulimit -n \d+"/],
    ['processes of the user', { userThreadsLeft: 200 }, /this user .*\(ulimit -u\): needs 288, has 200; .*LimitNPROC=/],
    ['processes of the container', { groupThreadsLeft: 100 }, /\(pids\.max\): needs 288, has 100; .*--pids-limit/],
    ['addresses', { addressSpace: 4e9 }, /\(ulimit -v\): needs \d+, has 4000000000; .*ulimit -v unlimited/],
    ['the size of a file', { fileSize: 1e6 }, /\(ulimit -f\): needs \d+, has 1000000; .*LimitFSIZE=/],
  ] as const)('is named with what is needed, and how to raise it: %s', (_what, has, words) => {
    expect(refusal(has)).toMatch(words);
  });

  it('is told together with every other one', () => {
    expect(refusal({ openFiles: 1, fileSize: 1 })).toMatch(/ulimit -n.*; .*ulimit -f/);
  });

  it('depends on the processors where threads are counted', () => {
    expect(refusal({ userThreadsLeft: 300 })).toBe('');
    expect(refusal({ userThreadsLeft: 300 }, 64)).toMatch(/needs 1280, has 300/);
  });

  it('is none where the host has as much as every Linux allows', () => {
    expect(refusal({})).toBe('');
    expect(limitFindings(hostLimits()).filter(tooLow)).toEqual([]);
  });
});

it('the bound that is in force is read from the table of the kernel', () => {
  const table =
    'Limit  Soft Limit  Hard Limit  Units\nMax processes   512   4096   processes\nMax file size   unlimited  unlimited bytes\n';
  expect(softLimit(table, 'Max processes')).toBe(512);
  expect(softLimit(table, 'Max file size')).toBe(Infinity);
});

it.each([
  ['version 2', '0::/a/b\n', ['/sys/fs/cgroup/a/b', '/sys/fs/cgroup/a', '/sys/fs/cgroup']],
  ['version 1', '8:pids:/a\n0::/\n', ['/sys/fs/cgroup/pids/a', '/sys/fs/cgroup/pids']],
  ['none', '', []],
])('processes are counted in every control group above: %s', (_what, text, folders) => {
  expect(countedGroups(text)).toEqual(folders);
});

const LIMITS = join(installRoot, 'dist/host/os/limits.js');

/** The program as a person starts it, under a lower limit. */
const under = (limit: readonly string[], ...args: string[]) =>
  execa('prlimit', [...limit, process.execPath, join(installRoot, 'dist/client/main.js'), ...args], {
    reject: false,
    cwd: temporaryFolder(),
  });

it('is told by the pre-check of a run, which is on a worker with limits of its own', async () => {
  const { run } = plannedRun(temporaryFolder());
  const limitOwn = (fileSize: string) => execa('prlimit', ['--pid', `${process.pid}`, `--fsize=${fileSize}:`]);
  await limitOwn('500000000');
  onTestFinished(async () => {
    await limitOwn('unlimited');
  });
  await expect(perform(createClusterActivities(faults).preCheck, { run })).rejects.toMatchObject({
    type: 'HOST_LIMIT',
    nonRetryable: true,
    message: expect.stringMatching(/ulimit -f\): needs \d+, has 500000000/) as string,
  });
});

describe('the program under a low limit', () => {
  it.each([[['--version']], [['doctor']], [['round']]])('says so in one line, and starts nothing: %s', async (args) => {
    const { exitCode, stdout, stderr } = await under(['--nofile=100:100'], ...args);
    expect(stderr).toMatch(/^robustmq-chaos: open files of one process \(ulimit -n\): needs 1024, has 100; .*$/);
    expect([exitCode, stdout]).toEqual([64, '']);
  });

  it('is refused before a server is started, where it can be loaded all the same', async () => {
    const { exitCode, stderr } = await under(['--nofile=512:512'], 'round');
    expect([exitCode, stderr]).toEqual([64, expect.stringMatching(/^robustmq-chaos: .*needs 1024, has 512; [^\n]*$/)]);
  });

  it('of processes is that of its user: root has none', async () => {
    const { openFiles, userThreadsLeft } = hostLimits();
    expect(openFiles).toBeGreaterThanOrEqual(1024);
    const root = process.getuid?.() === 0;
    // Somebody who runs nothing else; or this user, who is left a hundred.
    const as = root ? ['setpriv', '--reuid', '54321', '--clear-groups'] : [];
    const most = root ? 100 : threadsOfUser(String(process.getuid?.())) + 100;
    const code = `import(${JSON.stringify(LIMITS)}).then((m) => console.log(m.hostLimits().userThreadsLeft))`;
    const [file, ...args] = [...as, 'prlimit', `--nproc=${most}:${most}`, process.execPath, '-e', code];
    const { stdout } = await execa(file, args);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(100);
    expect(userThreadsLeft).toBeGreaterThan(100);
  });

  it('is examined by doctor', async () => {
    const { stdout } = await under(['--nofile=512:512', '--fsize=1000000'], 'doctor', '--json');
    const { ok, abilities } = JSON.parse(stdout) as { ok: boolean; abilities: { name: string; ok: boolean }[] };
    expect(ok).toBe(false);
    expect(abilities.filter((ability) => !ability.ok && /ulimit/.test(ability.name)).map(({ name }) => name)).toEqual([
      expect.stringContaining('ulimit -n') as string,
      expect.stringContaining('ulimit -f') as string,
    ]);
  });
});
