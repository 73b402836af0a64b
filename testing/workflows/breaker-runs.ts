import { ScheduleOverlapPolicy, type ScheduleHandle } from '@temporalio/client';
import { expect, vi } from 'vitest';
import { clusterWorkflowId, scheduledRunIdPrefix, scheduleIdOf } from '../../src/domain/ids.js';
import { clusterStatusQuery, type ClusterStatus } from '../../src/messages/cluster-record.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { CHAOS_STATE } from '../../src/messages/search-attributes.js';
import { killSingle } from './plans.js';
import type { Rig, StartOptions } from './rig.js';
import { failure, type StubOptions } from './stub-host.js';

export const ANN = { by: 'ann', reason: 'disk replaced' };

/** A host on which the brokers do not start: every run fails, and soon. */
export const failing: StubOptions = {
  instead: { startCluster: () => Promise.reject(failure('CLUSTER_START_FAILED', 'n3 exited with 101')) },
};

/** A bound on a hang, not on speed. */
export const UNTIL_SEEN = { timeout: 100_000, interval: 25 };

export type Run = Awaited<ReturnType<Rig['startRun']>>;

/** Runs that fail until the breaker opens, and what can be asked of them, of the cluster's record and of its schedule. */
export interface BreakerRuns {
  readonly runOn: (cluster: string, options?: StartOptions) => Promise<Run>;
  readonly statusOf: (cluster: string) => Promise<ClusterStatus>;
  readonly phaseOf: (run: Run) => Promise<string>;
  readonly stateOf: (run: Run) => Promise<unknown>;
  /** Three failed runs; the last one is open, and paused. */
  readonly breakerOf: (cluster: string, options?: StartOptions) => Promise<Run>;
  /** A schedule whose ticks never come by themselves, unless they are wanted sooner. */
  readonly scheduleOf: (cluster: string, everySeconds?: number) => Promise<ScheduleHandle>;
  /** With which note the schedule is paused; null: it is not. */
  readonly noteOf: (schedule: ScheduleHandle) => Promise<string | null>;
}

/** `rigNow`: a test file has its rig only once its tests begin. */
export function breakerRuns(rigNow: () => Rig): BreakerRuns {
  const runOn: BreakerRuns['runOn'] = (cluster, options = {}) =>
    rigNow().startRun({ ...options, plan: { scenarios: [killSingle], ...options.plan, cluster } });
  const phaseOf: BreakerRuns['phaseOf'] = async ({ handle }) => (await handle.query(runProgressQuery)).phase;
  return {
    runOn,
    phaseOf,
    statusOf: (cluster) => rigNow().env.client.workflow.getHandle(clusterWorkflowId(cluster)).query(clusterStatusQuery),
    stateOf: async ({ handle }) => (await handle.describe()).typedSearchAttributes.get(CHAOS_STATE),
    breakerOf: async (cluster, options = {}) => {
      const stubs = { ...options, instead: { ...failing.instead, ...options.instead } };
      for (let failed = 0; failed < 2; failed += 1) await (await runOn(cluster, stubs)).handle.result();
      const third = await runOn(cluster, stubs);
      await vi.waitFor(async () => expect(await phaseOf(third)).toBe('paused'), UNTIL_SEEN);
      return third;
    },
    scheduleOf: (cluster, everySeconds = 86_400) =>
      rigNow().env.client.schedule.create({
        scheduleId: scheduleIdOf(cluster),
        spec: { intervals: [{ every: everySeconds * 1000 }] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP },
        action: {
          type: 'startWorkflow',
          workflowType: 'ChaosRunWorkflow',
          workflowId: scheduledRunIdPrefix(cluster),
          taskQueue: 'chaos',
          args: [{}],
        },
      }),
    noteOf: async (schedule) => {
      const { paused, note } = (await schedule.describe()).state;
      return paused ? (note ?? '') : null;
    },
  };
}
