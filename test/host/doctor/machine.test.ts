import { beforeAll, describe, expect, it } from 'vitest';
import { abilities, type Ability } from '../../../src/host/doctor/machine.js';
import { cgroupProblem } from '../../../src/host/os/cgroup-place.js';
import { runCommand } from '../../../src/host/os/commands.js';
import { namespaceProblems } from '../../../src/host/os/namespaces.js';

describe('the machine', () => {
  let found: Ability[];
  let qdiscs: string;
  const ability = (name: RegExp): Ability | undefined => found.find((each) => name.test(each.name));

  beforeAll(async () => {
    qdiscs = (await runCommand('tc', ['qdisc', 'show', 'dev', 'lo'])).stdout;
    found = await abilities();
  });

  it('has all that is needed here: processes of /proc, ports, and high enough limits', () => {
    expect(found.filter(({ needed, ok }) => needed && !ok)).toEqual([]);
    for (const limit of [/^processes identified/, /^free ports/, /ulimit -n/, /ulimit -u/, /pids\.max/]) {
      expect(ability(limit)?.needed, String(limit)).toBe(true);
    }
  });

  it('says what is missing for the rest', () => {
    for (const { name, detail } of found) expect(detail, name).not.toBe('');
    expect(ability(/^root/)?.ok).toBe(process.getuid?.() === 0);
    expect(ability(/namespaces/)?.ok).toBe(namespaceProblems().length === 0);
    for (const fault of [/fd-limit/, /cpu-starved/, /memory-limit/]) expect(ability(fault)?.needed).toBe(false);
    expect(ability(/cpu-starved/)?.ok).toBe(cgroupProblem('cpu') === undefined);
    expect(ability(/^interfaces/)?.detail).toContain('lo');
  });

  it('is left as it was: the kernel’s delay is tried where nobody else is', async () => {
    expect(ability(/netem/)).toBeDefined();
    expect((await runCommand('tc', ['qdisc', 'show', 'dev', 'lo'])).stdout).toBe(qdiscs);
    expect(qdiscs).not.toContain('netem');
  });
});
