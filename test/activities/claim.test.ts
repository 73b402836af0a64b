import { beforeEach, describe, expect, it } from 'vitest';
import { isStill, supersededBy, whileRenewed } from '../../src/activities/claim.js';
import type { RunPlan } from '../../src/domain/plan.js';
import { claimCluster } from '../../src/host/tickets/claim.js';
import { readLease, type Lease } from '../../src/host/tickets/lease.js';
import { plannedRun } from '../../testing/activities.js';
import { temporaryFolder, until } from '../../testing/processes.js';

// Who is refused, and what a superseded attempt leaves: test/activities/cluster.test.ts.

let plan: RunPlan;
beforeEach(() => ({ plan } = plannedRun(temporaryFolder())));

const claim = (): Promise<number> =>
  claimCluster(plan.clusterDir, { cluster: 'local', driver: 'rehearsal', runId: plan.runId, leaseMs: 60_000 }, () =>
    Promise.resolve(),
  );
const lease = (): Lease => readLease(plan.clusterDir) as Lease;

describe('work under a claim', () => {
  const forever = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  it('has its lease renewed', async () => {
    const own = await claim();
    const { untilUs } = lease();
    const renewed = (): boolean => lease().untilUs > untilUs;
    await whileRenewed(plan, own, AbortSignal.abort(), () => until('it is renewed', renewed));
  });

  it('is broken off when the claim is superseded', async () => {
    const own = await claim();
    const work = whileRenewed(plan, own, new AbortController().signal, forever);
    const ended = expect(work).rejects.toMatchObject({ code: 'SUPERSEDED' });
    await claim();
    await ended;
  });

  it('is broken off with its activity', async () => {
    const breaking = new AbortController();
    const work = whileRenewed(plan, await claim(), breaking.signal, forever);
    breaking.abort(new Error('cancelled'));
    await expect(work).rejects.toThrow('cancelled');
  });
});

it('a cluster is as it was judged to be only under the same claim of the same run', async () => {
  await claim();
  const judged = lease();
  expect(isStill(judged)(lease())).toBe(true);
  expect(isStill(judged)({ ...judged, untilUs: 0 })).toBe(true);
  expect(isStill(judged)({ ...judged, runId: 'another' })).toBe(false);
  expect(isStill(judged)(undefined)).toBe(false);
  expect(isStill(undefined)(undefined)).toBe(true);
  await claim();
  expect(isStill(judged)(lease())).toBe(false);
});

it('the error of who was superseded names the claims', async () => {
  await claim();
  expect(supersededBy(plan.clusterDir, 7).message).toMatch(/expected claim 7 of .+, found claim 1/);
});
