import { ChaosError } from '../domain/errors.js';
import { isOfSeries } from '../domain/ids.js';
import type { RunPlan } from '../domain/plan.js';
import { pollUntil } from '../host/os/clock.js';
import type { Fault } from '../host/faults/contract.js';
import { dataRootOf } from '../host/layout/paths.js';
import { recoverAbandoned } from '../host/lifecycle/abandoned-faults.js';
import { describeTicket, openOnHost } from '../host/tickets/store.js';
import type { FaultTicket } from '../host/tickets/ticket.js';
import { isForeign } from './claim.js';

/** A window of a minute, and a recovery that takes its whole budget. */
const SERIES_FAULT_LIMIT_MS = 600_000;

/**
 * What nobody will recover is recovered first; a fault of another run that is still active after that would be measured, too. The error
 * says what it is, since when, until when and whose.
 */
export async function refuseIfForeignFault(
  faults: readonly Fault[],
  plan: RunPlan,
  notes: string[],
  signal: AbortSignal,
): Promise<void> {
  const dataRoot = dataRootOf(plan.clusterDir);
  // Those of this cluster end when it is stopped.
  const elsewhere = (): FaultTicket[] =>
    openOnHost(dataRoot).filter(({ clusterDir }) => clusterDir !== plan.clusterDir);
  const isAbandoned = async ({ runDir }: FaultTicket): Promise<boolean> => !(await isForeign(runDir));
  for (const { ticket, error } of await recoverAbandoned(faults, elsewhere(), 'workflow', isAbandoned)) {
    notes.push(`pre-check: fault ${ticket.faultId} of run ${ticket.runId} was open; ${error ?? 'it was recovered'}`);
  }
  // A series makes way on other clusters, too: the faults of its runs are waited for.
  const mayPass = (): boolean => {
    const there = elsewhere();
    return there.length > 0 && there.every(({ runId }) => isOfSeries(runId));
  };
  await pollUntil(() => Promise.resolve(mayPass() ? undefined : true), {
    limitMs: plan.kind === 'series' ? 0 : SERIES_FAULT_LIMIT_MS,
    everyMs: 500,
    signal,
  });
  const foreign = elsewhere();
  const first = foreign[0];
  if (first === undefined) return;
  throw new ChaosError(
    'CLUSTER_HELD',
    `a fault of another run is active on this host: ${foreign.map(describeTicket).join('; ')}; end it with: robustmq-chaos faults recover`,
    first.runId,
  );
}
