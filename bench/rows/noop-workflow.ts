import { proxyActivities } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing: () => Promise<void> }>({ startToCloseTimeout: '10 s' });

/** Activities that do nothing, one after the other: what a server takes to start any at all. */
export async function noopWorkflow(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await nothing();
}
