import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEW_BREAKER, type RunEnding } from '../../src/domain/breaker.js';
import { CHAOS_QUEUE } from '../../src/domain/ids.js';
import type { clusterWorkflow } from '../../src/workflows/cluster.js';
import {
  acquireUpdate,
  clusterStatusQuery,
  recordOutcomeUpdate,
  releaseUpdate,
  type AcquireAnswer,
  type Holder,
} from '../../src/messages/cluster-record.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

/** A cluster's record continues as new after so many events, instead of the server's 4,096. */
const SUGGESTED_EVENTS = 60;

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ dynamicConfig: [`limit.historyCount.suggestContinueAsNew=${SUGGESTED_EVENTS}`] });
});
afterAll(() => rig.close());

type ClusterHandle = WorkflowHandle<typeof clusterWorkflow>;

const startCluster = (cluster: string): Promise<ClusterHandle> =>
  rig.env.client.workflow.start<typeof clusterWorkflow>('ClusterWorkflow', {
    workflowId: `record-of-${cluster}`,
    taskQueue: CHAOS_QUEUE,
    args: [{ cluster, holder: null }],
  });

const runNamed = (workflowId: string, temporalRunId = `${workflowId}-1`): Holder => ({
  workflowId,
  temporalRunId,
  kind: 'full',
  since: '2026-11-22T00:00:00.000Z',
});

const failedRun: RunEnding = {
  runId: 'failed',
  workflowId: 'failed',
  runDir: '/srv/failed',
  hostQueue: 'host-local',
  kind: 'full',
  headline: 'FAIL',
  onlyFormatErrors: false,
  finishedAt: '2026-11-22T00:00:00.000Z',
};

const [a, b, c] = [runNamed('a'), runNamed('b'), runNamed('c')];

const acquire = (handle: ClusterHandle, holder: Holder, replaces?: Holder): Promise<AcquireAnswer> =>
  handle.executeUpdate(acquireUpdate, { args: [{ holder, ...(replaces === undefined ? {} : { replaces }) }] });
const release = (handle: ClusterHandle, holder: Holder): Promise<boolean> =>
  handle.executeUpdate(releaseUpdate, { args: [holder] });
const holderNow = async (handle: ClusterHandle): Promise<Holder | null> =>
  (await handle.query(clusterStatusQuery)).holder;

describe.concurrent('the record of a cluster', () => {
  it('gives a free cluster to the run that asks, and says who holds it', async () => {
    const record = await startCluster('free');
    expect(await record.query(clusterStatusQuery)).toMatchObject({
      cluster: 'free',
      holder: null,
      breaker: NEW_BREAKER,
    });
    expect(await acquire(record, a)).toEqual({ granted: true });
    expect(await record.query(clusterStatusQuery)).toMatchObject({ cluster: 'free', holder: a, breaker: NEW_BREAKER });
  });

  it('gives it again to the run that holds it, as when an activity is tried again', async () => {
    const record = await startCluster('again');
    await acquire(record, a);
    expect(await acquire(record, a)).toEqual({ granted: true });
    expect(await holderNow(record)).toEqual(a);
  });

  it('refuses it to any other run, also to a later one of the same workflow id', async () => {
    const record = await startCluster('taken');
    await acquire(record, a);
    expect(await acquire(record, b)).toEqual({ granted: false, refusal: { kind: 'held', by: a } });
    expect(await acquire(record, runNamed('a', 'a-2'))).toEqual({ granted: false, refusal: { kind: 'held', by: a } });
  });

  it('takes it back from its holder alone', async () => {
    const record = await startCluster('back');
    await acquire(record, a);
    expect(await release(record, b)).toBe(false);
    expect(await release(record, runNamed('a', 'a-2'))).toBe(false);
    expect(await holderNow(record)).toEqual(a);
    expect(await release(record, a)).toBe(true);
    expect(await release(record, a)).toBe(false);
    expect(await acquire(record, b)).toEqual({ granted: true });
  });

  it('replaces a dead holder once: of two runs that saw it dead, the second is refused', async () => {
    const record = await startCluster('swap');
    await acquire(record, a);
    expect(await acquire(record, b, a)).toEqual({ granted: true });
    expect(await acquire(record, c, a)).toEqual({ granted: false, refusal: { kind: 'held', by: b } });
    expect(await release(record, a)).toBe(false);
    expect(await holderNow(record)).toEqual(b);
  });

  it('does not take a run that was started again under its old id for the dead one', async () => {
    const record = await startCluster('namesake');
    const again = runNamed('a', 'a-2');
    await acquire(record, a);
    await acquire(record, again, a);
    expect(await acquire(record, c, a)).toEqual({ granted: false, refusal: { kind: 'held', by: again } });
  });

  it('goes on in a new execution before its history grows long, with the same holder and count, and without losing an answer', async () => {
    const record = await startCluster('old');
    const first = (await record.describe()).runId;
    const failed = await record.executeUpdate(recordOutcomeUpdate, { args: [failedRun] });
    let granted = 0;
    for (let round = 0; round < SUGGESTED_EVENTS / 4; round += 1) {
      const answers = await Promise.all([acquire(record, a), acquire(record, b)]);
      granted += answers.filter((answer) => answer.granted).length;
    }
    expect(granted).toBe(SUGGESTED_EVENTS / 4);
    const { runId, historyLength } = await record.describe();
    expect(runId).not.toBe(first);
    expect(historyLength).toBeLessThan(2 * SUGGESTED_EVENTS);
    const holder = await holderNow(record);
    expect([a, b]).toContainEqual(holder);
    // The same run again, to a record that has gone on since: the answer is the first one, and nothing is counted twice.
    expect(await record.executeUpdate(recordOutcomeUpdate, { args: [failedRun] })).toEqual(failed);
    expect((await record.query(clusterStatusQuery)).breaker).toMatchObject({
      consecutiveFailures: 1,
      failedRuns: [failedRun.runId],
      outcomes: [failed],
    });
    expect(await acquire(record, c)).toEqual({ granted: false, refusal: { kind: 'held', by: holder } });
  });
});
