import { expect, it } from 'vitest';
import { windowProblems } from '../../src/config/windows.js';
import { configSchema } from '../../src/config/schema.js';
import { faults } from '../../src/host/faults/index.js';

/** Problems of scenarios of these faults, on three nodes and with a window of 30 s. */
const problems = (...scenarios: readonly (readonly [string, object])[]): string[] =>
  windowProblems(
    configSchema.parse({
      cluster: { nodes: 3 },
      scenarios: scenarios.map(([fault, params], i) => ({ name: `s${i}`, fault, target: 'n1', params })),
    }),
    faults,
  ).map(({ path, text }) => `${path.join('.')} ${text}`);

it('a fault that cannot end within its window is a problem of the config, with what it takes', () => {
  expect(problems(['broker-kill', {}], ['broker-restart', { rolling: true, down_seconds: 10 }])).toEqual([
    'scenarios.1.params scenarios.1.params (s1): expected less than timing.fault_window_seconds (30), got a fault that takes at least 30 s',
  ]);
  expect(problems(['cluster-restart', { down_seconds: 31 }])).toHaveLength(1);
});

it('one that can is none, nor is one that is wrong in another way', () => {
  const rolling = ['broker-restart', { rolling: true, down_seconds: 9 }] as const;
  const one = ['broker-restart', { down_seconds: 29 }] as const;
  const wrong = ['broker-restart', { down_seconds: 'long' }] as const;
  expect(problems(rolling, one, wrong, ['cluster-restart', {}], ['no-fault', {}])).toEqual([]);
});
