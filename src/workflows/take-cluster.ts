import { sleep } from '@temporalio/workflow';
import type { RunPlan } from '../domain/plan.js';
import type { AcquireAnswer, Holder, Refusal } from '../messages/cluster-record.js';
import { hostActivities } from './activities.js';
import type { RunProgressKeeper } from './run-progress.js';

/** Asked again after a second, then after two, and so on. The cluster's record forgets who has not asked for some multiple of the longest. */
const LONGEST_MS = 15_000;
const LONGEST_OF_SERIES_MS = 60_000;
const LONGER_MS = 1000;
/** Eight hours. Each time leaves a dozen events, of which a workflow may have 50,000. */
const MOST_ASKED = 2000;

/** Any run waits for one of a series to end, which takes minutes and makes way then; a run of a series waits for any other. */
const waits = (kind: RunPlan['kind'], { by }: Extract<Refusal, { kind: 'held' }>): boolean =>
  kind === 'series' || by.kind === 'series';

/** Asks for the cluster, until this run has it or is refused. */
export async function takeCluster(
  { cluster, kind }: RunPlan,
  holder: Holder,
  progress: RunProgressKeeper,
): Promise<AcquireAnswer> {
  for (let asked = 1; ; asked += 1) {
    const answer = await hostActivities(undefined).acquireCluster({
      cluster,
      holder,
      ...(asked === 1 ? {} : { waits: true }),
    });
    if (answer.granted || answer.refusal.kind !== 'held' || asked === MOST_ASKED) return answer;
    // Who has begun to wait is not sent away because somebody else was quicker.
    if (asked === 1 && !waits(kind, answer.refusal)) return answer;
    if (asked === 1) progress.enter('waiting for the cluster');
    progress.note(`cluster ${cluster} is held by ${answer.refusal.by.workflowId}: this run waits for it`);
    await sleep(Math.min(kind === 'series' ? LONGEST_OF_SERIES_MS : LONGEST_MS, asked * LONGER_MS));
  }
}
