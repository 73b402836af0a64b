import { expect, it } from 'vitest';
import { corePercent, reachable } from '../../../testing/crowd/usage.js';

const at = (ms: number, cpuSeconds: number) => ({ us: ms * 1000, cpuSeconds });

it('a share of a core is that of a time, also between two samples', () => {
  const samples = [at(0, 1), at(1000, 1.5), at(2000, 1.5)];
  expect(corePercent(samples, 0, 1_000_000)).toBe(50);
  expect(corePercent(samples, 500_000, 1_500_000)).toBe(25);
  expect(corePercent(samples, 1_000_000, 2_000_000)).toBe(0);
  expect(corePercent(samples, -1_000_000, 4_000_000)).toBe(10);
  expect(corePercent([], 0, 1)).toBeNull();
  expect(corePercent(samples, 5, 5)).toBeNull();
});

it.each([
  [{ files: 20_000, ports: 28_232 }, 10_000, '10000 are wanted'],
  [{ files: 1024, ports: 28_232 }, 924, '1024 open files of a process'],
  [{ files: 20_000, ports: 1000 }, 2000, '1000 outgoing ports to each broker'],
  [{ files: Infinity, ports: 28_232 }, 10_000, '10000 are wanted'],
])('of %j so many connections follow: %i', (limits, connections, limit) => {
  expect(reachable(10_000, limits, 3)).toEqual({ connections, limit });
});
