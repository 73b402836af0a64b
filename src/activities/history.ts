import { messageOf } from '../domain/errors.js';
import { log } from '@temporalio/activity';
import type { Breaker } from '../domain/breaker.js';
import type { HistoryBreaker } from '../domain/history.js';
import { noteBreaker } from '../host/data/history.js';
import { dataRootOf } from '../host/layout/paths.js';
import { inThread } from '../threads/index.js';
import { breakerNow } from './cluster-record.js';

/** The history is made from the reports, and can be made again: that it cannot be written now is no reason to lose anything. */
async function gently(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.warn(`the history could not be updated: ${messageOf(error)}`);
  }
}

/** The breaker as the history shows it. */
export function historyBreaker(cluster: string, { consecutiveFailures, state, lastReset }: Breaker): HistoryBreaker {
  const reset = lastReset === null ? null : `Last resumed by ${lastReset.by}: ${lastReset.reason}`;
  const open = state.kind === 'open';
  return {
    cluster,
    failures_in_a_row: consecutiveFailures,
    open,
    since: open ? state.since : (lastReset?.at ?? null),
    note: open ? `Opened by ${state.byRuns.join(', ')}` : reset,
  };
}

/** Brings the history up to date: what the cluster's durable record says of the breaker now, and the runs named in `changed`, whose reports are new. */
export async function showInHistory(runDir: string, cluster: string, changed: readonly string[] = []): Promise<void> {
  const dataRoot = dataRootOf(runDir);
  await gently(async () => {
    noteBreaker(dataRoot, historyBreaker(cluster, await breakerNow(cluster)));
  });
  await gently(() => inThread('updateHistory', { dataRoot, changed }));
}
