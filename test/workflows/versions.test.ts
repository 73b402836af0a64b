import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHAOS_QUEUE, clusterWorkflowId, seriesRunWorkflowId, versionsWorkflowId } from '../../src/domain/ids.js';
import { clusterStatusQuery } from '../../src/messages/cluster-record.js';
import {
  versionsProgressQuery,
  type CompareVersionsRequest,
  type VersionsCompared,
  type VersionsRun,
} from '../../src/messages/versions.js';
import type { versionsWorkflow } from '../../src/workflows/versions.js';
import { seriesPlan } from '../../testing/series/plan.js';
import { brokenTasks } from '../../testing/workflows/history.js';
import { createGate } from '../../testing/workflows/gate.js';
import { killSingle } from '../../testing/workflows/plans.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';
import type { StubHost, StubOptions } from '../../testing/workflows/stub-host.js';

/** A bound on a hang, not on speed. */
const PATIENT = { timeout: 30_000 };

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const compared = { answer: 'no difference', worse: false, undecided: false, jsonPath: '/j', markdownPath: '/m' };

interface Played {
  readonly handle: WorkflowHandle<typeof versionsWorkflow>;
  readonly series: StubHost;
  /** By round and version, from 1. */
  readonly run: (round: number, version: number) => StubHost;
  /** What was to be compared, each time. */
  readonly asked: CompareVersionsRequest['runs'][];
}

interface Other {
  readonly rounds?: number;
  readonly compare?: () => Promise<VersionsCompared>;
}

/** Starts a series on a cluster of its own; `runs`: what its runs do otherwise, by round and version. */
async function play(
  cluster: string,
  runs: Record<string, StubOptions> = {},
  { rounds = 1, compare = () => Promise.resolve(compared) }: Other = {},
): Promise<Played> {
  const plan = { ...seriesPlan, rounds, cluster, series: `chaos-series-${cluster}` };
  const asked: CompareVersionsRequest['runs'][] = [];
  const workflowId = versionsWorkflowId(cluster);
  const series = rig.hostFor(
    workflowId,
    {},
    {
      instead: {
        planVersions: async () => plan,
        compareVersions: async ({ runs: soFar }) => {
          asked.push(soFar);
          return compare();
        },
      },
    },
  );
  const hosts = new Map<string, StubHost>();
  for (const round of [1, 2]) {
    for (const version of [1, 2]) {
      const id = seriesRunWorkflowId(plan.series, round, version);
      const options = { cluster, kind: 'series', scenarios: [killSingle] } as const;
      hosts.set(`${round}-${version}`, rig.hostFor(id, options, runs[`${round}-${version}`]));
    }
  }
  const request = { versions: plan.versions, rounds: plan.rounds };
  const handle = await rig.env.client.workflow.start<typeof versionsWorkflow>('VersionsWorkflow', {
    workflowId,
    taskQueue: CHAOS_QUEUE,
    args: [request],
  });
  return { handle, series, asked, run: (round, version) => hosts.get(`${round}-${version}`) as StubHost };
}

const inShort = (runs: readonly VersionsRun[]): string[] =>
  runs.map(({ round, version, headline }) => `${round}${'AB'[version]} ${headline}`);

const recordOf = (cluster: string) =>
  rig.env.client.workflow.getHandle(clusterWorkflowId(cluster)).query(clusterStatusQuery);

describe.concurrent('versions side by side', () => {
  it('are played in turn, each run like any other, and compared after each; none is counted, pushed or told', async () => {
    const { handle, run, asked } = await play('in-turn', {}, { rounds: 2 });
    const end = await handle.result();
    expect(inShort(end.runs)).toEqual(['1A PASS', '1B PASS', '2A PASS', '2B PASS']);
    expect(end).toMatchObject({ compared, cancelled: false, current: null, problem: null });
    expect(asked.map((runs) => runs.length)).toEqual([1, 2, 3, 4]);
    const { calls } = run(2, 2);
    expect(calls.slice(-3)).toEqual(['stopCluster', 'writeReport', 'releaseCluster']);
    for (const never of ['recordOutcome', 'publishReport', 'announce verdict', 'updateBroker', 'announceStart'])
      expect(calls).not.toContain(never);
    const { breaker, watch, holder } = await recordOf('in-turn');
    expect([breaker.outcomes, watch.lastVerdict, holder]).toEqual([[], null, null]);
    expect(brokenTasks(await handle.fetchHistory())).toEqual([]);
  });

  it('goes on after a run that fails, or that cannot be planned', async () => {
    const dead = ApplicationFailure.nonRetryable('the cluster did not start', 'CLUSTER_START_FAILED');
    const unread = ApplicationFailure.nonRetryable('cluster.name: expected a name', 'CONFIG_INVALID');
    const { handle } = await play(
      'goes-on',
      {
        '1-1': { instead: { preparePlan: () => Promise.reject(unread) } },
        '1-2': { instead: { startCluster: () => Promise.reject(dead) } },
      },
      { rounds: 2 },
    );
    const { runs } = await handle.result();
    expect(inShort(runs)).toEqual(['1A INVALID', '1B FAIL', '2A PASS', '2B PASS']);
    expect(runs[0]?.summary).toContain('cluster.name');
  });

  it('says when the runs could not be compared, and compares again after the next', async () => {
    const failing = ApplicationFailure.nonRetryable('no room on the disk', 'DISK_FULL');
    const gate = createGate();
    let tries = 0;
    const compare = () => (++tries === 1 ? Promise.reject(failing) : Promise.resolve(compared));
    const { handle } = await play('compares', { '1-2': { gates: { preCheck: gate } } }, { compare });
    await gate.reached;
    expect(await handle.query(versionsProgressQuery)).toMatchObject({ compared: null, problem: 'no room on the disk' });
    gate.open();
    const { compared: last, problem } = await handle.result();
    expect(tries).toBe(2);
    expect([last, problem]).toEqual([compared, null]);
  });

  it('ends with the run that a person cancels, which recovers and reports; and what was played is compared', async () => {
    const gate = createGate();
    const { handle, run, asked } = await play('cancelled', { '1-2': { gates: { holdFault: gate } } }, { rounds: 2 });
    await gate.reached;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    const end = await handle.query(versionsProgressQuery);
    expect([inShort(end.runs), end.cancelled, end.compared]).toEqual([['1A PASS', '1B CANCELLED'], true, compared]);
    expect(run(1, 2).calls).toContain('recoverFault');
    expect(run(1, 2).calls.at(-1)).toBe('releaseCluster');
    expect(asked.map((runs) => runs.length)).toEqual([1, 2]);
  });

  it('refuses what cannot be read, for good', async () => {
    const start = { workflowId: 'versions-odd', taskQueue: CHAOS_QUEUE, args: [{ versions: 'all' }] };
    const handle = await rig.env.client.workflow.start('VersionsWorkflow', start);
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'NOT_READABLE' } });
  });
});

describe.concurrent('a round that is due while a series is played', () => {
  it('waits, goes before the next run of the series, and counts', async () => {
    const [gate, last] = [createGate(), createGate()];
    const { handle, run } = await play('due', { '1-1': { gates: { holdFault: gate } } });
    await gate.reached;
    const due = await rig.startRun({
      plan: { cluster: 'due', scenarios: [killSingle] },
      gates: { releaseCluster: last },
    });
    await due.host.called('acquireCluster');
    await expect.poll(async () => (await recordOf('due')).waiting?.by.workflowId, PATIENT).toBe(due.handle.workflowId);
    gate.open();
    await last.reached;
    // It has waited for nothing but the run that was on the cluster, and the next one waits for it.
    expect(run(1, 2).calls).not.toContain('preCheck');
    last.open();
    expect(await due.handle.result()).toMatchObject({ headline: 'PASS', refusedBy: null });
    expect(inShort((await handle.result()).runs)).toEqual(['1A PASS', '1B PASS']);
    const { breaker, waiting } = await recordOf('due');
    expect([breaker.outcomes.map(({ workflowId }) => workflowId), waiting]).toEqual([[due.handle.workflowId], null]);
  });
});
