import type { ActivityOptions } from '@temporalio/workflow';
import { expect, it, vi } from 'vitest';
import { NOTHING_FOUND, runContext } from '../../src/workflows/run-context.js';
import type { RunProgressKeeper } from '../../src/workflows/run-progress.js';
import { planWith } from '../../testing/workflows/plans.js';

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  proxyActivities: (options: ActivityOptions) => options,
}));

it('is the plan, where the run lies, and the host on which it runs', () => {
  const plan = planWith({ hostQueue: 'host-local', runId: 'r7', runDir: '/data/runs/r7' });
  const context = runContext(plan, {} as RunProgressKeeper);
  expect(context).toMatchObject({
    plan,
    run: { runId: 'r7', runDir: '/data/runs/r7' },
    host: { taskQueue: 'host-local' },
  });
  expect(context.lease.problems()).toEqual([]);
});

it('begins with nothing found, so that what never came shows as missing', () => {
  // A list, or what a cluster was started with: nothing is a plain one.
  const isEmpty = (value: unknown): boolean => value === null || Object.keys(value as object).length === 0;
  expect(Object.values(NOTHING_FOUND).filter((value) => !isEmpty(value))).toEqual([]);
});
