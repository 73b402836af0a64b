import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';

/** A worker that died is noticed after this long; its activity is then tried again by the next one. */
const HEARTBEAT_TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;

const retry = { initialInterval: 500, maximumInterval: 5_000 } as const;

/** Activities on the worker's host. Without a bound on attempts: a dead worker is not an error of the run. */
export const hostActivities = (queue: string | undefined, options: ActivityOptions = {}): Activities =>
  proxyActivities<Activities>({
    ...(queue === undefined ? {} : { taskQueue: queue }),
    startToCloseTimeout: HOUR_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    retry,
    ...options,
  }) as Activities;
