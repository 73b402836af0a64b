import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  childEnvironment,
  endProcess,
  findOwned,
  identify,
  isAlive,
  ownIdentity,
  signalProcess,
  spawnDetached,
  sweepOwned,
  waitGone,
} from '../../../src/host/os/processes.js';
import { shell, temporaryFolder, until } from '../../../testing/processes.js';

const folder = temporaryFolder();
const sleeper = (owner?: string) => shell(folder, 'exec sleep 60', owner);

describe('a process', () => {
  it('is known by pid and start time, and gone when it is killed', async () => {
    const id = await sleeper();
    expect(identify(id.pid)).toEqual(id);
    expect(signalProcess(id, 'SIGKILL')).toBe(true);
    expect(await waitGone(id, 5000)).toBe(true);
    expect(isAlive(id)).toBe(false);
    expect(signalProcess(id, 'SIGKILL')).toBe(false);
  });

  it.each([
    ['of an earlier process', { startTicks: 1 }],
    ['of another boot', { bootId: 'another' }],
  ])('with the pid %s is never signalled', async (_what, change) => {
    const id = await sleeper();
    const stale = { ...id, ...change };
    expect(isAlive(stale)).toBe(false);
    expect(signalProcess(stale, 'SIGKILL')).toBe(false);
    await endProcess(stale, 0);
    expect(isAlive(id)).toBe(true);
  });

  it('that nobody reaped counts as gone', async () => {
    const parent = await shell(folder, 'sleep 0.01 & echo $! > zombie; exec sleep 60');
    const pidFile = join(folder, 'zombie');
    await until('the pid is written', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'));
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await until('it is a zombie', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    expect(identify(pid)).toBeUndefined();
    expect(isAlive(parent)).toBe(true);
  });

  it('whose first thread alone has ended is not gone: the others may still hold its ports', async () => {
    const program = [
      'import ctypes, platform, threading, time',
      'threading.Thread(target=time.sleep, args=(60,)).start()',
      '# exit, of this thread alone',
      "ctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[platform.machine()], 0)",
    ];
    writeFileSync(join(folder, 'threads.py'), program.join('\n'));
    const id = await shell(folder, `exec python3 ${join(folder, 'threads.py')}`);
    await until('its first thread has ended', () => readFileSync(`/proc/${id.pid}/stat`, 'utf8').includes(') Z '));
    expect(isAlive(id)).toBe(true);
    expect(await waitGone(id, 100)).toBe(false);
    expect(signalProcess(id, 'SIGKILL')).toBe(true);
    expect(await waitGone(id, 5000)).toBe(true);
  });

  it('keeps its start time under a name made to confuse', async () => {
    const before = await sleeper();
    const command = join(folder, 'x) Z 1 (y');
    copyFileSync('/bin/sleep', command);
    const odd = await spawnDetached({
      command,
      args: ['60'],
      env: { ROBUSTMQ_CHAOS_OWNER: `${folder}#odd` },
      cwd: folder,
      logFile: join(folder, 'odd.log'),
    });
    const after = await sleeper();
    expect(odd.startTicks).toBeGreaterThanOrEqual(before.startTicks);
    expect(odd.startTicks).toBeLessThanOrEqual(after.startTicks);
  });

  it('that ignores SIGTERM is killed when its grace is over', async () => {
    const id = await shell(folder, 'trap "" TERM; echo > armed; while :; do sleep 0.05; done');
    await until('the trap is set', () => existsSync(join(folder, 'armed')));
    await endProcess(id, 200);
    expect(isAlive(id)).toBe(false);
  });

  it('gets a session of its own, so that it outlives the one that started it', async () => {
    const { pid } = await sleeper();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    expect(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])).toBe(pid);
  });

  it('that cannot be executed is an error', async () => {
    const request = { args: [], env: {}, cwd: folder, logFile: join(folder, 'none.log') };
    await expect(spawnDetached({ ...request, command: '/no/such/program' })).rejects.toThrow('ENOENT');
  });

  it('gets no secret of ours in its environment', () => {
    process.env['SOME_TOKEN'] = 'secret';
    expect(childEnvironment('me', { A: '1' })).toMatchObject({ A: '1', ROBUSTMQ_CHAOS_OWNER: 'me' });
    expect(childEnvironment('me', {})).not.toHaveProperty('SOME_TOKEN');
    delete process.env['SOME_TOKEN'];
  });
});

describe('a sweep by mark', () => {
  it('finds the children of a process, and those whose parent is gone', async () => {
    const mark = `${folder}#family`;
    const parent = await shell(folder, 'sleep 60 & sleep 60 & wait', mark);
    // It goes when it is told: one that is quicker than the look at it was never started.
    const dead = await shell(folder, 'sleep 60 & while [ ! -e go ]; do sleep 0.05; done', mark);
    writeFileSync(join(folder, 'go'), '');
    expect(await waitGone(dead, 5000)).toBe(true);
    await until('three sleepers and a shell', () => findOwned((owner) => owner === mark).length === 4);
    expect(findOwned((owner) => owner === mark)).toContainEqual(parent);
    expect(await sweepOwned((owner) => owner === mark)).toBe(4);
    expect(findOwned((owner) => owner === mark)).toEqual([]);
  });

  it('catches what a dying family starts anew', async () => {
    const mark = `${folder}#hydra`;
    await shell(folder, 'while :; do sleep 0.02 & wait; done & while :; do sleep 0.02 & wait; done', mark);
    await until('it grows', () => findOwned((owner) => owner === mark).length >= 3);
    await sweepOwned((owner) => owner === mark);
    expect(findOwned((owner) => owner === mark)).toEqual([]);
  });

  it('touches nobody else, not even one whose mark begins alike', async () => {
    const near = await sleeper(`${folder}#node-n10`);
    await sleeper(`${folder}#node-n1`);
    expect(await sweepOwned((owner) => owner === `${folder}#node-n1`)).toBe(1);
    expect(isAlive(near)).toBe(true);
  });

  it('never finds the one who sweeps', () => {
    expect(findOwned(() => true)).not.toContainEqual(ownIdentity());
  });
});
