import { expect, it } from 'vitest';
import type { Fault } from '../../../src/host/faults/contract.js';
import { withStarts } from '../../../src/host/lifecycle/started-with.js';
import { fakeFault } from '../../../testing/fake-fault.js';
import { killOf } from '../../../testing/host-cluster.js';

const needy = (change: Partial<Fault> = {}): Fault => ({
  ...fakeFault().fault,
  kind: 'needy',
  startedWith: ({ victim }) => (victim === 'leader' ? { disks: 'ext4', sync: 'always' } : { disks: 'ext4' }),
  ...change,
});
const scenarios = [
  killOf('leader'),
  { ...killOf('leader'), name: 'a', fault: 'needy' },
  { ...killOf('follower'), name: 'b', fault: 'needy' },
];
const plan: Parameters<typeof withStarts>[1] = { driver: 'nats', scenarios };

it('a plan says of each scenario what its fault needs its cluster to be started with', () => {
  expect(withStarts([fakeFault().fault, needy()], plan)).toEqual({
    ...plan,
    startedWith: { a: { disks: 'ext4', sync: 'always' }, b: { disks: 'ext4' } },
  });
});

it('and nothing of one that this driver or this host cannot have, nor of one that needs nothing', () => {
  expect(withStarts([needy()], plan, {})).toEqual(plan);
  expect(withStarts([needy()], plan, { startsWith: ['disks'] }).startedWith).toEqual({ b: { disks: 'ext4' } });
  expect(withStarts([needy({ hostProblem: () => 'no loop devices' })], plan)).toEqual(plan);
  expect(withStarts([fakeFault().fault], plan)).toEqual(plan);
});
