import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { placeOf, type CgroupPlace } from '../../../src/host/os/cgroup-place.js';
import { counterIn, membersOf, putInGroup, readIn, removeGroup, setInGroup } from '../../../src/host/os/cgroups.js';
import { isAlive, signalProcess, waitGone } from '../../../src/host/os/processes.js';
import { canLimit } from '../../../testing/cgroups.js';
import { shell, temporaryFolder, until } from '../../../testing/processes.js';

describe.runIf(canLimit)('a control group', () => {
  it('holds one process back, counts that, and lets it go when it is removed, twice', async () => {
    const process = await shell(temporaryFolder(), 'while :; do :; done');
    const { version, home, parent } = placeOf('cpu', process.pid) as CgroupPlace;
    const folder = join(parent, `robustmq-chaos-test-${process.pid}`);
    const [bound, lift] =
      version === 2
        ? ([[['cpu.max', '1000 100000']], [['cpu.max', 'max']]] as const)
        : ([[['cpu.cfs_quota_us', '1000']], [['cpu.cfs_quota_us', '-1']]] as const);
    onTestFinished(() => removeGroup(folder, lift, home, 5000));
    const siblings = membersOf(home).filter((pid) => pid !== process.pid);
    putInGroup(folder, bound, process);
    putInGroup(folder, bound, process);
    expect(membersOf(folder)).toEqual([process.pid]);
    expect(siblings.every((pid) => !membersOf(folder).includes(pid))).toBe(true);
    expect(readIn(folder, bound[0][0])).toBe(bound[0][1]);
    await until('it is held back', () => counterIn(folder, 'cpu.stat', 'nr_throttled') > 0);
    await removeGroup(folder, lift, home, 5000);
    await removeGroup(folder, lift, home, 5000);
    expect(existsSync(folder)).toBe(false);
    expect(membersOf(home)).toContain(process.pid);
    expect(isAlive(process)).toBe(true);
    setInGroup(folder, bound);
    expect([membersOf(folder), readIn(folder, 'cpu.stat'), counterIn(folder, 'cpu.stat', 'nr_throttled')]).toEqual([
      [],
      '',
      0,
    ]);
  });

  it('is made and removed although its process is gone', async () => {
    const process = await shell(temporaryFolder(), 'exec sleep 60');
    const { home, parent } = placeOf('cpu', process.pid) as CgroupPlace;
    const folder = join(parent, `robustmq-chaos-test-${process.pid}`);
    onTestFinished(() => removeGroup(folder, [], home, 5000));
    signalProcess(process, 'SIGKILL');
    await waitGone(process, 5000);
    putInGroup(folder, [], process);
    expect(existsSync(folder)).toBe(true);
    await removeGroup(folder, [], home, 5000);
    expect(existsSync(folder)).toBe(false);
  });

  it('that cannot be removed is an error that names it', async () => {
    const folder = join((placeOf('cpu', 'self') as CgroupPlace).parent, `robustmq-chaos-test-${process.pid}-deep`);
    const inner = { pid: 0, startTicks: 0, bootId: '' };
    putInGroup(join(folder, 'inner'), [], inner);
    await expect(removeGroup(folder, [], folder, 100)).rejects.toThrow(`${folder} could not be removed`);
    await removeGroup(join(folder, 'inner'), [], folder, 5000);
    await removeGroup(folder, [], folder, 5000);
  });
});
