import { expect, it } from 'vitest';
import { cpuStarved } from '../../../src/host/faults/cpu-starved.js';

// test/host/faults/in-group.test.ts has it on a real cluster.

it('takes a share of one processor, and a victim', () => {
  expect(cpuStarved.params.parse({})).toEqual({ victim: 'follower', cpu_percent: 2 });
  expect(cpuStarved.params.parse({ victim: 'leader', cpu_percent: 100 })).toMatchObject({ cpu_percent: 100 });
  for (const params of [{ cpu_percent: 0 }, { cpu_percent: 101 }, { cpu_percent: 2.5 }, { percent: 5 }])
    expect(cpuStarved.params.safeParse(params).success, JSON.stringify(params)).toBe(false);
});

it('outlives its cluster: somebody has to remove the group', () => {
  expect(cpuStarved.outlivesCluster?.({} as never)).toBe(true);
});
