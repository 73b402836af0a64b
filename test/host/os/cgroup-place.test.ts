import { describe, expect, it } from 'vitest';
import { cgroupProblem, findPlace, placeOf, type Controller } from '../../../src/host/os/cgroup-place.js';

const mount = (kind: string, folder: string, options: string, root = '/'): string =>
  `31 24 0:27 ${root} ${folder} rw,nosuid - ${kind} ${kind} rw,${options}`;

const ONE = [
  '22 1 0:4 / /proc rw - proc proc rw',
  mount('cgroup', '/sys/fs/cgroup/cpu,cpuacct', 'cpu,cpuacct'),
  mount('cgroup', '/sys/fs/cgroup/memory', 'memory'),
  mount('cgroup2', '/sys/fs/cgroup/unified', 'nsdelegate'),
].join('\n');
const TWO = mount('cgroup2', '/sys/fs/cgroup', 'nsdelegate');

const place = (
  controller: Controller,
  cgroup: string,
  mounts: string,
  passedOn: Readonly<Record<string, readonly string[]>> = {},
) => findPlace(controller, { cgroup, mounts, passedOn: (folder) => passedOn[folder] ?? [] });

describe('the place of a process', () => {
  it('is its own group in version 1, where ours is made, for each controller', () => {
    const cgroup = '5:memory:/a/b\n4:cpu,cpuacct:/\n0::/x\n';
    const cpu = '/sys/fs/cgroup/cpu,cpuacct';
    expect(place('cpu', cgroup, ONE)).toEqual({ version: 1, home: cpu, parent: cpu });
    const memory = '/sys/fs/cgroup/memory/a/b';
    expect(place('memory', cgroup, ONE)).toEqual({ version: 1, home: memory, parent: memory });
  });

  it('is found in a container that sees a part of the tree only, and not guessed where it sees another part', () => {
    const mounts = mount('cgroup', '/sys/fs/cgroup/cpu', 'cpu', '/docker/7');
    const home = '/sys/fs/cgroup/cpu/x';
    expect(place('cpu', '2:cpu:/docker/7/x\n', mounts)).toEqual({ version: 1, home, parent: home });
    expect(place('cpu', '2:cpu:/docker/77\n', mounts)).toMatch(/found none/);
    expect(place('memory', '0::/../x\n', TWO, { '/sys/fs/cgroup': ['memory'] })).toMatch(/found none/);
  });

  it('has ours beside it in version 2, in the nearest group that passes the controller on', () => {
    const passedOn = { '/sys/fs/cgroup': ['cpu', 'memory'], '/sys/fs/cgroup/a': ['memory'] };
    const home = '/sys/fs/cgroup/a/b';
    expect(place('memory', '0::/a/b\n', TWO, passedOn)).toEqual({ version: 2, home, parent: '/sys/fs/cgroup/a' });
    expect(place('cpu', '0::/a/b\n', TWO, passedOn)).toEqual({ version: 2, home, parent: '/sys/fs/cgroup' });
    // Only the root may have processes and groups with controllers.
    const root = { version: 2, home: '/sys/fs/cgroup', parent: '/sys/fs/cgroup' };
    expect(place('cpu', '0::/\n', TWO, passedOn)).toEqual(root);
    expect(place('cpu', '0::/\n', TWO)).toMatch(/above \/sys\/fs\/cgroup that passes on cpu/);
    expect(place('cpu', '0::/a/b\n', TWO, { [home]: ['cpu'] })).toMatch(/found none/);
  });

  it('is none on a host without control groups', () => {
    expect(place('cpu', '', '')).toMatch(/expected a mount of cgroups with the controller cpu/);
    expect(place('cpu', '5:memory:/\n', ONE.split('\n')[2]!)).toMatch(/found none/);
  });

  it('of this very process is found as the doctor says', () => {
    for (const controller of ['cpu', 'memory'] as const) {
      const found = placeOf(controller, process.pid);
      expect(typeof found === 'string' ? found : undefined).toBe(cgroupProblem(controller));
    }
  });
});
