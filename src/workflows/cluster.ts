import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import {
  readResume,
  recordEnding,
  resetBreaker,
  resetProblem,
  type ResetRequest,
  type Resume,
} from '../domain/breaker.js';
import { unplannedAfter, verdictAfter } from '../domain/overdue.js';
import type { AnnounceResumeRequest } from '../messages/requests.js';
import { hostActivities } from './activities.js';
import { accepts, demand, notReadable } from './from-outside.js';
import { acquire, isSame } from './holder.js';
import { keepWatch, type Watching } from './watch.js';
import {
  acquireUpdate,
  asOfToday,
  clusterStatusQuery,
  recordOutcomeUpdate,
  recordUnplannedUpdate,
  releaseUpdate,
  resetUpdate,
  type ClusterRecord,
  type ClusterStatus,
  type ResetAnswer,
} from '../messages/cluster-record.js';
import {
  acquireShape,
  clusterRecordShape,
  endingShape,
  releaseShape,
  resetShape,
  unplannedRoundShape,
} from '../messages/shapes.js';

/** The record as it is now; every handler changes it in one go, between two waits. */
type Record = { -readonly [Key in keyof ClusterStatus]: ClusterStatus[Key] };

/** A message that does not arrive must not keep the record from living on. */
const ANNOUNCE_LIMIT_MS = 300_000;
/** Nor must a person who resumes wait for a channel that is down. */
const ANSWER_LIMIT_MS = 10_000;

/**
 * The one durable record of a cluster: who holds it, how many runs failed in a row, whether the breaker is open. An entity that lives for ever and
 * continues as new.
 */
export async function clusterWorkflow(initial: ClusterRecord): Promise<never> {
  demand(clusterRecordShape, initial);
  const record: Record = asOfToday(initial);
  const watching = keepWatch(record);
  serveHolder(record, watching);
  const isQuiet = serveBreaker(record);
  serveWatch(record, watching);
  setHandler(clusterStatusQuery, () => record, {
    description: 'Who holds the cluster, failures in a row, the breaker, the last runs, the last verdict',
  });
  watching.begin();
  await condition(
    () => workflowInfo().continueAsNewSuggested && allHandlersFinished() && isQuiet() && watching.isIdle(),
  );
  return continueAsNew<typeof clusterWorkflow>(record);
}

// It lives longer than any build: every change of it is behind `patched()`.
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, clusterWorkflow);

function serveHolder(record: Record, watching: Watching): void {
  setHandler(
    acquireUpdate,
    (request) => {
      watching.begin();
      // A round that asks has a plan.
      if (request.holder.kind === 'full') record.watch = { ...record.watch, unplanned: null };
      return acquire(record, request);
    },
    {
      description: 'Takes the cluster for a run; an open breaker admits single scenarios only',
      validator: accepts(acquireShape),
    },
  );
  setHandler(
    releaseUpdate,
    (who): boolean => {
      if (record.holder === null || !isSame(record.holder, who)) return false;
      record.holder = null;
      return true;
    },
    {
      description: 'Gives the cluster back; does nothing if the caller does not hold it',
      validator: accepts(releaseShape),
    },
  );
}

function serveWatch(record: Record, watching: Watching): void {
  setHandler(
    recordUnplannedUpdate,
    (round) => {
      watching.begin();
      const unplanned = unplannedAfter(record.watch.unplanned, round, new Date().toISOString());
      record.watch = { ...record.watch, unplanned };
      watching.wake();
      return unplanned;
    },
    {
      description: 'A scheduled round ended before it had a plan; it is not counted',
      validator: accepts(unplannedRoundShape),
    },
  );
}

const notPaused = (problem: string): ApplicationFailure => ApplicationFailure.nonRetryable(problem, 'NOT_PAUSED');

function personOf(request: ResetRequest): Resume {
  const read = readResume(request);
  if ('problem' in read) throw notReadable(read.problem);
  return read;
}

/** Serves the count and the breaker. Returns whether every message has been sent or given up. */
function serveBreaker(record: Record): () => boolean {
  let announcing = 0;
  const announce = (queue: string, request: AnnounceResumeRequest): void => {
    announcing += 1;
    void hostActivities(queue, { scheduleToCloseTimeout: ANNOUNCE_LIMIT_MS })
      .announceResume(request)
      .catch(() => undefined)
      .then(() => (announcing -= 1));
  };
  setHandler(
    recordOutcomeUpdate,
    (ending) => {
      const { breaker, outcome } = recordEnding(record.breaker, ending);
      record.breaker = breaker;
      record.watch = { ...record.watch, lastVerdict: verdictAfter(record.watch.lastVerdict, ending) };
      return outcome;
    },
    { description: 'Counts a run that ended, once', validator: accepts(endingShape) },
  );
  setHandler(
    resetUpdate,
    async (request: ResetRequest): Promise<ResetAnswer> => {
      const { state } = record.breaker;
      const { by, reason } = personOf(request);
      const problem = resetProblem(record.breaker, request);
      if (problem !== undefined || state.kind === 'closed') throw notPaused(problem ?? 'the breaker is not open');
      const at = new Date().toISOString();
      record.breaker = resetBreaker(record.breaker, { by, reason }, at);
      const { cluster } = record;
      const schedule = await hostActivities(undefined).unpauseSchedule({ cluster, by, reason });
      const { runId, runDir, hostQueue } = state.pausedRun;
      announce(hostQueue, { run: { runId, runDir }, by, reason });
      await condition(() => announcing === 0, ANSWER_LIMIT_MS);
      return { by, reason, at, schedule };
    },
    {
      description: 'Closes the breaker: {"by", "reason", "runId": null}. A paused run does this by its own `resume`.',
      validator: (request: ResetRequest) => {
        accepts(resetShape)(request);
        personOf(request);
        const problem = resetProblem(record.breaker, request);
        if (problem !== undefined) throw notPaused(problem);
      },
    },
  );
  return () => announcing === 0;
}
