import { log } from '@temporalio/activity';
import { messageOf } from '../domain/errors.js';
import type { RetentionSettings } from '../domain/retention.js';
import { pruneRuns } from '../host/data/retention.js';
import { historyMaker } from '../report/history-files.js';

/** After each run: what is too old goes. That it cannot be removed now is no failure of the run: the next one tries again. */
export async function pruneAfterRun(after: {
  readonly dataRoot: string;
  readonly settings: RetentionSettings;
  readonly isPublishing: boolean;
  readonly runId: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  try {
    const { runId, ...request } = after;
    const { removed } = await pruneRuns({ ...request, maker: historyMaker, inUse: [runId], dryRun: false });
    if (removed.length > 0)
      log.info(`retention: removed ${removed.map((one) => `${one.what} of ${one.runId}`).join(', ')}`);
  } catch (error) {
    if (after.signal.aborted) throw error;
    log.warn(`old runs could not be removed: ${messageOf(error)}`);
  }
}
