import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Client } from '@temporalio/client';
import { beforeEach, expect, it } from 'vitest';
import { createRetentionActivities } from '../../src/activities/retention.js';
import { clusterDir, runDir, runPaths } from '../../src/host/layout/paths.js';
import { writeLease } from '../../src/host/tickets/lease.js';
import { perform, plannedRun } from '../../testing/activities.js';
import { errorOf } from '../../testing/host-cluster.js';
import { storeRun } from '../../testing/reports/publishable-run.js';
import { temporaryFolder } from '../../testing/processes.js';

let dataRoot: string;
beforeEach(() => {
  dataRoot = temporaryFolder();
});

// What an activity asks of the server ends with the activity.
const withAbortSignal = <T>(_: AbortSignal, ask: () => T): T => ask();
const serving = (list: (options: { readonly query: string }) => unknown): Client =>
  ({ workflow: { list }, withAbortSignal }) as unknown as Client;

/** A server on which the runs of these workflows are open. */
function serverWith(open: readonly string[]): Client {
  const list = async function* ({ query }: { readonly query: string }) {
    if (query.includes("ExecutionStatus = 'Running'")) for (const workflowId of open) yield { workflowId };
  };
  return serving(list);
}

function removeOld(runId: string, client: Client): Promise<void> {
  const retention = { ledgersDays: 1e-6, runsDays: 1e-6, minFreeMb: 0 };
  const { removeOld: activity } = createRetentionActivities(() => ({ dataRoot, settings: null, retention }));
  return perform(activity, { run: plannedRun(dataRoot, { runId }).run }, client);
}

const reportsOf = (runIds: readonly string[]): string[] =>
  runIds.filter((runId) => existsSync(runPaths(runDir(dataRoot, runId)).reportJson));

const RUNS = ['a', 'b', 'c', 'd', 'e'];

it('what is too old is gone; and never the run itself, one that is open or one that has a lease', async () => {
  for (const [order, runId] of RUNS.entries()) storeRun(dataRoot, runId, order);
  writeLease(clusterDir(dataRoot, 'other'), { cluster: 'other', driver: 'nats', runId: 'd', leaseMs: 60_000 });
  await removeOld('b', serverWith(['c']));
  expect(reportsOf(RUNS)).toEqual(['b', 'c', 'd', 'e']);
});

it('nothing goes where nobody can say which runs are open', async () => {
  for (const [order, runId] of RUNS.entries()) storeRun(dataRoot, runId, order);
  const list = () => {
    throw new Error('no server');
  };
  await expect(removeOld('b', serving(list))).rejects.toThrow('no server');
  expect(reportsOf(RUNS)).toEqual(RUNS);
});

it('says what cannot be removed', async () => {
  for (const [order, runId] of RUNS.entries()) storeRun(dataRoot, runId, order);
  // The mark of what was removed cannot be written over a folder.
  mkdirSync(join(runPaths(runDir(dataRoot, 'a')).pruned, 'in the way'), { recursive: true });
  expect(await errorOf(removeOld('b', serverWith([])))).toMatch(/pruned\.json/);
});

it('the worker’s own thread is free meanwhile', async () => {
  const many = Array.from({ length: 60 }, (_, i) => `run-${i}`);
  for (const [order, runId] of many.entries()) storeRun(dataRoot, runId, order);
  const before = performance.eventLoopUtilization();
  await removeOld('run-59', serverWith([]));
  const { utilization } = performance.eventLoopUtilization(before);
  expect(reportsOf(many)).toEqual(['run-59']);
  expect(utilization).toBeLessThan(0.5);
});
