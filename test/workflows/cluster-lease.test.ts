import { CancelledFailure } from '@temporalio/workflow';
import { expect, it, vi } from 'vitest';
import type { Activities } from '../../src/activities/index.js';
import { clusterLease, type ClusterLease } from '../../src/workflows/cluster-lease.js';

/** A scope as far as a lease needs one: work in it hears of its cancellation. */
const scopes = vi.hoisted(() => ({ cancelled: [] as (() => void)[] }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  CancellationScope: class {
    static current = () => ({ consideredCancelled: false });
    static nonCancellable = <T>(work: () => Promise<T>): Promise<T> => work();
    run = <T>(work: () => Promise<T>): Promise<T> => work();
    cancel = (): void => scopes.cancelled.forEach((hear) => hear());
  },
}));

const run = { runId: 'run', runDir: '/srv/chaos/runs/run' };
const leaseWith = (tendCluster: Activities['tendCluster']): ClusterLease =>
  clusterLease({ tendCluster } as unknown as Activities, run);

it('is renewed from the time it is asked to be, and releasing it waits for the end of that', async () => {
  const course: string[] = [];
  const lease = leaseWith(async (request) => {
    course.push(`renewed for ${request.run.runId}`);
    await new Promise<void>((resolve) => scopes.cancelled.push(resolve));
    await Promise.resolve();
    course.push('the renewing ended');
    throw new CancelledFailure('cancelled');
  });
  expect(course).toEqual([]);
  lease.keepAlive();
  expect(course).toEqual(['renewed for run']);
  await lease.release();
  expect(course).toEqual(['renewed for run', 'the renewing ended']);
  expect(lease.problems()).toEqual([]);
});

it('says why it could not be renewed to the end', async () => {
  const lease = leaseWith(() => Promise.reject(new Error('no plan on this host')));
  lease.keepAlive();
  await lease.release();
  expect(lease.problems()).toEqual([expect.stringContaining('no plan on this host')]);
});

it('that nobody renewed is released at once', async () => {
  const lease = leaseWith(() => Promise.reject(new Error('nobody asked for this')));
  await lease.release();
  expect(lease.problems()).toEqual([]);
});
