import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/client/options.js';
import type { RunResult } from '../../src/domain/report-data.js';
import { CHAOS_QUEUE, chaosRunWorkflowId } from '../../src/domain/ids.js';
import { ownBuild } from '../../src/host/os/versions.js';
import { listTickets } from '../../src/host/tickets/store.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { knownBuilds, openRun, openRuns } from '../../src/temporal/builds.js';
import { connectClient, embeddedServer } from '../../src/temporal/connection.js';
import { otherBuild } from '../../testing/other-build.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';
import {
  addCluster,
  catalogue,
  createSandbox,
  finishedWhole,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  whileRunning,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';

// An upgrade as docs/operating.md describes it: a build with an incompatible change beside this one, while runs are open; then a compatible one.
const OLD = ownBuild().id;
const NEW = 'the-new-build';
const NEXT = 'the-next-build';
const person = ['--by', 'ann', '--reason', 'a test'];

let sandbox: Sandbox;
let client: Client;

beforeAll(() => {
  sandbox = createSandbox({
    load: { messages: 50, rate_per_second: 100 },
    timing: { heal_wait_seconds: 20, fault_window_seconds: 2 },
    sdks: ['go'],
    scenarios: [catalogue.kill],
  });
});
afterAll(async () => {
  await (client as Client | undefined)?.connection.close();
  await removeSandbox(sandbox);
});

/** A worker, and what it says. */
function startWorker(root?: string): Running & { readonly says: (text: string) => Promise<true> } {
  const worker = start(['worker'], sandbox, undefined, root);
  let output = '';
  worker.child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const says = (text: string): Promise<true> => mustPoll(text, () => output.includes(text) || undefined);
  return { ...worker, says: (text) => whileRunning(worker, says(text)) };
}

async function end(...workers: readonly Running[]): Promise<void> {
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map(({ done }) => done));
}

async function beginRound(cluster: Sandbox): Promise<string> {
  const { name } = readConfig(cluster.config).cluster;
  const workflowId = chaosRunWorkflowId(name, new Date(), Math.random().toString(16).slice(2, 6));
  await client.workflow.start('ChaosRunWorkflow', {
    workflowId,
    taskQueue: CHAOS_QUEUE,
    args: [{ config: cluster.config }],
  });
  return workflowId;
}

/** Three rounds that fail; the id of the last one, which is paused. */
async function pausedOn(cluster: Sandbox): Promise<string> {
  for (let failed = 0; failed < 2; failed += 1) {
    const result = (await client.workflow.getHandle(await beginRound(cluster)).result()) as RunResult;
    expect(result.headline, result.summary).toBe('FAIL');
  }
  const third = await beginRound(cluster);
  let phase = 'not asked yet';
  await mustPoll(
    () => `the pause of ${third}, which is ${phase}`,
    async () => {
      ({ phase } = await client.workflow.getHandle(third).query(runProgressQuery));
      return phase === 'paused' ? true : undefined;
    },
  );
  return third;
}

const buildOf = async (workflowId: string): Promise<string | null> => (await openRun(client, workflowId)).build;
const statusOf = async (workflowId: string): Promise<string> =>
  (await client.workflow.getHandle(workflowId).describe()).status.name;

test('every run ends on its own build, new ones begin on the new build, and what an old build leaves is named, then taken over', async () => {
  const [resumed, left, fresh] = ['resumed', 'left', 'fresh'].map((name) =>
    addCluster(sandbox.root, name, failingRounds),
  ) as [Sandbox, Sandbox, Sandbox];
  // The build with the change is made ready first: the heal wait does not wait for it.
  const incompatible = otherBuild(join(sandbox.root, 'new'), NEW, true);
  const old = startWorker();
  await old.says(`build ${OLD} is current`);
  client = await connectClient(embeddedServer(sandbox.dataRoot)!);
  // Before a fault is active: no other cluster's round begins on this host while one is.
  const [resumedRun, leftRun] = await Promise.all([pausedOn(resumed), pausedOn(left)]);
  const running = start(['scenario', 'broker-kill-single', '--json'], sandbox);
  const isHealing = () => listTickets(sandbox.clusterDir).some(({ state }) => state === 'recovered') || undefined;
  await whileRunning(running, mustPoll('the heal wait', isHealing));
  // The round, its scenario and the two that are paused: what is listed follows what is.
  const open = await mustPoll('four open', async () => {
    const found = await openRuns(client);
    return found.length === 4 ? found : undefined;
  });

  // Installed beside, and started.
  const beside = startWorker(incompatible);
  await beside.says(`build ${NEW} is current, instead of ${OLD}`);
  expect(new Set(open.map(({ build }) => build))).toEqual(new Set([OLD]));
  const freshRun = await beginRound(fresh);
  await client.workflow.getHandle(freshRun).result();
  expect(await buildOf(freshRun)).toBe(NEW);
  const seen = await start(['status'], left).done;
  expect(seen.stdout).toContain(`builds    ${NEW} (current), ${OLD} (open: `);
  expect(await start(['resume', ...person], resumed).done).toMatchObject({ status: 0 });
  expect(await statusOf(resumedRun)).toBe('COMPLETED');
  const { result, status } = await finishedWhole(running);
  expect([result.headline, status], result.summary).toEqual(['PASS', 0]);
  for (const { workflowId } of open) expect(await buildOf(workflowId)).toBe(OLD);

  // The old build goes too soon: its last run is named.
  await end(old, beside);
  const again = startWorker(incompatible);
  await again.says(`build ${NEW} cannot take over ${leftRun} of build ${OLD}, of which no worker is there`);
  const stranded = await start(['status'], left).done;
  expect(stranded.stdout).toContain(`stuck     ${leftRun} does not go on: it belongs to build ${OLD}`);
  expect(stranded.stdout).toContain(`${OLD} (no worker; open: ${leftRun})`);
  await end(again);

  // A build that can replay it, in the place of the one before: what most people do.
  const next = startWorker(otherBuild(join(sandbox.root, 'next'), NEXT, false));
  await next.says(`build ${NEXT} has taken over ${leftRun} of build ${OLD}`);
  expect((await knownBuilds(client)).current).toBe(NEXT);
  expect(await start(['resume', ...person], left).done).toMatchObject({ status: 0 });
  expect([await statusOf(leftRun), await buildOf(leftRun)]).toEqual(['COMPLETED', NEXT]);
  await end(next);
  expect(await nothingLeft(sandbox)).toEqual([]);
});
