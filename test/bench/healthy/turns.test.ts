import { expect, it } from 'vitest';
import { turnsOf, unmet, type Playable } from '../../../testing/healthy/turns.js';

const ALL = ['qos-mix', 'sessions', 'retained', 'wills', 'failover', 'shared'];
const of = (sdks: readonly string[]): Playable[] => ALL.map((workload) => ({ workload, sdks }));
const four = of(['python', 'go', 'rust', 'java']);
const faults = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'step-down'];

it('each fault meets each workload of four SDKs within five repeats, and no more than eight clients run at once', () => {
  const turns = turnsOf(faults, 5, four, 8);
  expect(turns).toHaveLength(20);
  expect(unmet(turns, four)).toEqual([]);
  expect(turns.map(({ played }) => played.length)).toEqual(Array(20).fill(2));
  expect(turns[1]).toMatchObject({ fault: 'SIGKILL', repeat: 2 });
});

it('the workloads take turns over all runs, and what was never played with a fault is told', () => {
  const turns = turnsOf(faults, 1, four, 8);
  expect(turns.map(({ played }) => played.map(({ workload }) => workload).join(' '))).toEqual([
    ...['qos-mix sessions', 'retained wills', 'failover shared', 'qos-mix sessions'],
  ]);
  expect(unmet(turns, four)).toHaveLength(16);
  expect(unmet(turns, four)[0]).toBe('SIGKILL, retained');
});

it('a workload of more clients than go together is played alone, and none twice in one run', () => {
  expect(turnsOf(['SIGKILL'], 2, four, 1).map(({ played }) => played.length)).toEqual([1, 1]);
  expect(turnsOf(['SIGKILL'], 1, of(['go']).slice(0, 3), 8)[0]?.played).toHaveLength(3);
  expect(turnsOf(['SIGKILL'], 1, [], 8)[0]?.played).toEqual([]);
});
