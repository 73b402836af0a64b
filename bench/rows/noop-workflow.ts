import { proxyActivities, sleep } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing: () => Promise<void> }>({
  startToCloseTimeout: '10 s',
  allowEagerDispatch: false,
});

// Eagerly dispatched, an activity starts with its workflow task and is never scheduled at all; ours go to another task queue, and cannot be.

/** Back to back, each one would wait 40 ms for the acknowledgement of a packet that the kernel holds back: a reference that flatters whatever is held against it. */
const PAUSE_MS = 100;

/** Activities that do nothing, one after the other: what a server takes to start any at all. */
export async function noopWorkflow(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await sleep(PAUSE_MS);
    await nothing();
  }
}
