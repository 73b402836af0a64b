import { beforeEach, expect, it, vi } from 'vitest';
import { CHAOS_CLUSTER, CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { setAttributes } from '../../src/workflows/attributes.js';
import { planWith } from '../../testing/workflows/plans.js';

const upsert = vi.hoisted(() => vi.fn());
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  upsertSearchAttributes: upsert,
}));
beforeEach(() => upsert.mockClear());

const both = [
  { key: CHAOS_CLUSTER, value: 'local' },
  { key: CHAOS_STATE, value: 'running' },
];

it('all are set where a plan says nothing of them, as plans of older versions do', () => {
  setAttributes(planWith({}), both);
  expect(upsert.mock.calls).toEqual([[both]]);
});

it('those that the namespace does not have are left out, and nothing is set where it has none', () => {
  setAttributes(planWith({ missingAttributes: ['ChaosState', 'ChaosScenario'] }), both);
  expect(upsert.mock.calls).toEqual([[[both[0]]]]);
  setAttributes(planWith({ missingAttributes: ['ChaosCluster', 'ChaosState'] }), both);
  expect(upsert).toHaveBeenCalledTimes(1);
});
