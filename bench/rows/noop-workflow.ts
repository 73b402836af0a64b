import { proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing: () => Promise<void> }>({
  startToCloseTimeout: '10 s',
  allowEagerDispatch: false,
});

// Eagerly dispatched, an activity starts with its workflow task and is never scheduled at all; ours go to another task queue, and cannot be.

/** Activities that do nothing, one after the other: what a server takes to start any at all. */
export async function noopWorkflow(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await nothing();
}
