import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnnounceRequest, WriteReportRequest } from '../../src/messages/requests.js';
import { breakerRuns } from '../../testing/workflows/breaker-runs.js';
import { brokenTasks } from '../../testing/workflows/history.js';
import { AFTER } from '../../testing/workflows/calls.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import { failure } from '../../testing/workflows/stub-host.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const { runOn, statusOf } = breakerRuns(() => rig);
const gone = (): Promise<never> => Promise.reject(failure('CLUSTER_GONE', 'found none on this host'));

/** The run held nothing back: it was counted, and its cluster is free. */
async function expectCounted(cluster: string): Promise<void> {
  const { holder, breaker, watch } = await statusOf(cluster);
  expect(holder).toBeNull();
  expect(breaker.consecutiveFailures).toBe(1);
  expect(watch.lastVerdict?.headline).toBe('INVALID');
}

describe.concurrent('an error of ours at the end of a run', () => {
  it('in the stop of the cluster: the run is INVALID, and is reported, counted and told', async () => {
    const { handle, host } = await runOn('unstoppable', {
      instead: { stopCluster: () => Promise.reject(failure('RECOVER_FAILED', 'n2 is not back')) },
    });
    expect(await handle.result()).toMatchObject({ headline: 'INVALID', runPassed: false });
    expect(host.calls.slice(-2 - AFTER.length)).toEqual(['stopCluster', 'writeReport', ...AFTER]);
    expect(host.reports).toMatchObject([
      {
        runFailures: [{ status: 'harness_error', blame: 'equipment' }],
        notes: [expect.stringContaining('RECOVER_FAILED: n2 is not back')],
      },
    ]);
    expect(brokenTasks(await handle.fetchHistory())).toEqual([]);
    await expectCounted('unstoppable');
  });

  it('a plan that the host has lost is written again, and the report says so', async () => {
    let isThere = true;
    const reports: WriteReportRequest[] = [];
    const { handle, host } = await runOn('lost', {
      instead: {
        takeSnapshot: () => {
          isThere = false;
          return gone();
        },
        stopCluster: () => (isThere ? Promise.resolve() : gone()),
        restorePlan: () => Promise.resolve(void (isThere = true)),
        writeReport: (request) => {
          reports.push(request);
          return isThere ? host.write(request) : gone();
        },
      },
    });
    expect(await handle.result()).toMatchObject({ headline: 'INVALID' });
    expect(host.calls.slice(-4 - AFTER.length)).toEqual([
      'stopCluster',
      'restorePlan',
      'stopCluster',
      'writeReport',
      ...AFTER,
    ]);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.notes.join()).toContain('CLUSTER_GONE');
    await expectCounted('lost');
  });

  it('in the report itself: people are told without one', async () => {
    const told: AnnounceRequest[] = [];
    const { handle, host } = await runOn('unwritten', {
      instead: { writeReport: gone, announce: (request) => Promise.resolve(void told.push(request)) },
    });
    const result = await handle.result();
    expect(result).toMatchObject({ headline: 'INVALID', jsonPath: null, markdownPath: null });
    expect(result.summary).toContain('found none on this host');
    expect(host.calls.slice(-3 - AFTER.length)).toEqual(['writeReport', 'restorePlan', 'writeReport', ...AFTER]);
    expect(told).toMatchObject([{ message: 'verdict', written: { summary: result.summary } }]);
    await expectCounted('unwritten');
  });
});
