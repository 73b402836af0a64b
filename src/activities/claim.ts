import { getClient } from '@temporalio/activity';
import { ChaosError } from '../domain/errors.js';
import type { RunPlan } from '../domain/plan.js';
import { dataRootOf, runDir as runDirOf } from '../host/layout/paths.js';
import { claimOf, renewLease } from '../host/tickets/claim.js';
import { heldOnHost, isLeaseOver, readLease, type Lease } from '../host/tickets/lease.js';
import { runStateOf } from './run-state.js';

export const RENEW_EVERY_MS = 2000;

/** Is the run open, or unknown to this Temporal server? Then another one may be driving it, and it is let alone. */
export const isForeign = async (runDir: string): Promise<boolean> =>
  (await runStateOf(getClient(), runDir)) !== 'closed';

/**
 * Temporal has granted the cluster; the host has a word in it, too, since two Temporal servers know nothing of each other: a cluster whose lease is
 * renewed for a run that this server does not know as closed is not touched.
 */
export async function refuseIfHeld({ clusterDir, runDir, runId }: RunPlan): Promise<Lease | undefined> {
  const lease = readLease(clusterDir);
  if (lease === undefined || lease.runId === runId || isLeaseOver(lease)) return lease;
  if (!(await isForeign(runDirOf(dataRootOf(runDir), lease.runId)))) return lease;
  throw heldOnHost(lease);
}

/** Is the cluster still as it was judged to be? */
export const isStill =
  (judged: Lease | undefined) =>
  (lease: Lease | undefined): boolean =>
    lease?.runId === judged?.runId && claimOf(lease) === claimOf(judged);

/** Renews the lease while the work lasts, and breaks the work off when its claim of the cluster was superseded. */
export async function whileRenewed<T>(
  { clusterDir, runId }: RunPlan,
  claim: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const superseded = new AbortController();
  const renew = async (): Promise<void> => {
    if (!(await renewLease(clusterDir, runId, claim))) superseded.abort(supersededBy(clusterDir, claim));
  };
  // What cannot be looked at now is looked at again.
  const renewing = setInterval(() => void renew().catch(() => undefined), RENEW_EVERY_MS);
  try {
    return await work(AbortSignal.any([signal, superseded.signal]));
  } finally {
    clearInterval(renewing);
  }
}

/** The error of an attempt after which another has claimed the cluster. */
export const supersededBy = (clusterDir: string, claim: number): ChaosError =>
  new ChaosError(
    'SUPERSEDED',
    `expected claim ${claim} of ${clusterDir}, found claim ${claimOf(readLease(clusterDir))}`,
  );
