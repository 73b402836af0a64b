import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { hostQueue } from '../domain/ids.js';

/** A worker that died is noticed after this long; its activity is then tried again by the next one. */
const HEARTBEAT_TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;

const retry = { initialInterval: 500, maximumInterval: 5_000 } as const;

/**
 * Activities on the worker's host. Without a bound on attempts: a dead worker is not an error of the run. A cancelled one is waited for (the
 * SDK's default does not): nothing may be recovered, killed or stopped while it is still being started.
 */
export const hostActivities = (queue: string | undefined, options: ActivityOptions = {}): Activities =>
  proxyActivities<Activities>({
    ...(queue === undefined ? {} : { taskQueue: queue }),
    startToCloseTimeout: HOUR_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry,
    ...options,
  });

/** Where a request is planned: on the host that it names, whose config and files it means, else by whichever worker takes it. */
export const planningActivities = (
  { host }: { readonly host?: string | undefined },
  options: ActivityOptions,
): Activities => hostActivities(host === undefined ? undefined : hostQueue(host), options);

/** The cancellation of the workflow that an error stands for, if any: an activity that was cancelled may end with an error of its own. */
export function cancellationIn(error: unknown): Error | undefined {
  if (isCancellation(error) && error instanceof Error) return error;
  if (!CancellationScope.current().consideredCancelled) return undefined;
  return new CancelledFailure('cancelled', [], error instanceof Error ? error : undefined);
}

/** What an activity threw, if it is one that we know by its type. */
export function failureOf(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

/** What an activity's failure says, short enough for a note. */
export const reasonOf = (error: unknown): string => {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof Error ? cause.message.slice(0, 1000) : String(cause);
};
