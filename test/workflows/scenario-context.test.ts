import type { ActivityOptions } from '@temporalio/workflow';
import { expect, it, vi } from 'vitest';
import { scenarioContext } from '../../src/workflows/scenario-context.js';
import { killSingle, planWith } from '../../testing/workflows/plans.js';

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  setHandler: () => undefined,
  // A host of version 0.1.0, which answers nothing where a fault is prepared.
  proxyActivities: (options: ActivityOptions) => ({ ...options, prepareFault: () => Promise.resolve(null) }),
}));

const plan = planWith({ hostQueue: 'host-local', runId: 'r7', runDir: '/data/runs/r7' });

it('is the plan, the scenario, where the run lies, and the host on which it runs', () => {
  expect(scenarioContext(plan, killSingle)).toMatchObject({
    plan,
    scenario: killSingle,
    run: { runId: 'r7', runDir: '/data/runs/r7' },
    host: { taskQueue: 'host-local' },
  });
});

it('reads the answers about a fault as those of today, whatever version gave them', async () => {
  const { run, faults } = scenarioContext(plan, killSingle);
  expect(await faults.prepareFault({ run, scenario: killSingle })).toEqual({ error: null });
});
