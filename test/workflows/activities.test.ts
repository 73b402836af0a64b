import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  type ActivityOptions,
} from '@temporalio/workflow';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cancellationIn, failureOf, hostActivities, reasonOf } from '../../src/workflows/activities.js';

const scope = vi.hoisted(() => ({ consideredCancelled: false }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  CancellationScope: { current: () => scope },
  proxyActivities: (options: ActivityOptions) => options,
}));
beforeEach(() => {
  scope.consideredCancelled = false;
});

const failed = (cause: Error): ActivityFailure =>
  new ActivityFailure('Activity task failed', 'injectFault', '7', 'MAXIMUM_ATTEMPTS_REACHED', 'test', cause);

describe('activities on a host', () => {
  it('go to the queue of that host; without one, to that of the workflow itself', () => {
    expect(hostActivities('host-local')).toMatchObject({ taskQueue: 'host-local' });
    expect(hostActivities(undefined)).not.toHaveProperty('taskQueue');
  });

  it('are waited for when they are cancelled, and are tried again without a bound', () => {
    const options = hostActivities('host-local');
    expect(options).toMatchObject({
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      heartbeatTimeout: 10_000,
    });
    expect(options).not.toHaveProperty('retry.maximumAttempts');
  });

  it('take a limit of their own', () => {
    expect(hostActivities(undefined, { startToCloseTimeout: 60_000 })).toMatchObject({ startToCloseTimeout: 60_000 });
  });
});

describe('a cancellation', () => {
  it('is found where an activity says that it was cancelled', () => {
    const error = failed(new CancelledFailure('cancelled'));
    expect(cancellationIn(error)).toBe(error);
  });

  it('is found where the workflow was cancelled and the activity ended with an error of its own', () => {
    const error = failed(ApplicationFailure.nonRetryable('n3 exited', 'CLUSTER_START_FAILED'));
    expect(cancellationIn(error)).toBeUndefined();
    scope.consideredCancelled = true;
    expect(cancellationIn(error)).toBeInstanceOf(CancelledFailure);
    expect(cancellationIn(error)?.cause).toBe(error);
  });
});

describe('what an activity threw', () => {
  it('is known by its type, with or without the failure of the activity around it', () => {
    const cause = ApplicationFailure.nonRetryable('n3 exited', 'CLUSTER_START_FAILED');
    expect(failureOf(failed(cause))).toBe(cause);
    expect(failureOf(cause)).toBe(cause);
    expect(failureOf(new Error('a bug'))).toBeUndefined();
    expect(failureOf(undefined)).toBeUndefined();
  });

  it('is told in its own words, short enough for a note', () => {
    expect(reasonOf(failed(new Error('x'.repeat(2000))))).toBe('x'.repeat(1000));
    expect(reasonOf('just a text')).toBe('just a text');
  });
});
