import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '@temporalio/client';
import { CHAOS_QUEUE, runIdOf } from '../../src/domain/ids.js';
import type { RunRequest } from '../../src/domain/plan.js';
import { runDir } from '../../src/host/layout/paths.js';
import { claimHost } from '../../src/temporal/claim-host.js';
import { connectClient } from '../../src/temporal/connection.js';
import type { chaosRunWorkflow } from '../../src/workflows/chaos-run.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';
import {
  createSandbox,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  startOutsideServer,
  whileRunning,
  type Sandbox,
} from '../../testing/rounds/round.js';

// Two hosts, each with a worker and a cluster, and one server. A third machine, which has the id of the first host, is a process with a host name of its own.
const elsewhere = ['unshare', '--uts', 'sh', '-c', 'hostname elsewhere && exec "$@"', 'sh'];
const canRename = spawnSync(elsewhere[0] ?? '', [...elsewhere.slice(1), 'true']).status === 0;

let a: Sandbox;
let b: Sandbox;
let address: string;
let client: Client;

async function startHost(sandbox: Sandbox, by: readonly string[] = []): Promise<void> {
  const worker = start(['worker'], sandbox, address, undefined, by);
  let said = '';
  worker.child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await whileRunning(
    worker,
    mustPoll('a worker', () => said.includes('worker ready') || undefined),
  );
}

const hostOf = (id: string): Sandbox =>
  createSandbox({ ...failingRounds, host: { id }, cluster: { driver: 'rehearsal', name: `on-${id}` } });

beforeAll(async () => {
  [a, b] = [hostOf('a'), hostOf('b')];
  address = await startOutsideServer(a);
  client = await connectClient({ address, namespace: 'default', kind: 'outside', uiUrl: null, options: { address } });
  await startHost(a);
  await startHost(b);
});
afterAll(async () => {
  await client.connection.close();
  await removeSandbox(b);
  await removeSandbox(a);
});

/** Starts a run as the Web UI does. */
async function startRun(workflowId: string, request: RunRequest): Promise<unknown> {
  const args: [RunRequest] = [request];
  return client.workflow.execute<typeof chaosRunWorkflow>('ChaosRunWorkflow', {
    workflowId,
    taskQueue: CHAOS_QUEUE,
    args,
  });
}

test('each run is played on the host that it names, whoever takes its workflow, and one that names none is refused', async () => {
  const runs = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? { on: a, host: 'a' } : { on: b, host: 'b' })).map(
    (run, n) => ({ ...run, id: `run-${n}` }),
  );
  // Two at a time, one on each host. Single scenarios open no breaker.
  const inTurn = async (host: string): Promise<void> => {
    for (const { id } of runs.filter((run) => run.host === host))
      expect(await startRun(id, { host, scenario: 'broker-kill-single' })).toMatchObject({ headline: 'FAIL' });
  };
  await Promise.all(['a', 'b'].map(inTurn));
  for (const { id, on } of runs)
    expect([a, b].filter(({ dataRoot }) => existsSync(runDir(dataRoot, runIdOf(id))))).toEqual([on]);
  for (const request of [{}, { config: a.config }])
    await expect(startRun('nowhere', request)).rejects.toMatchObject({
      cause: {
        cause: { type: 'HOST_NOT_NAMED', message: expect.stringContaining('2 hosts serve this Temporal: a, b') },
      },
    });
});

test('a command names its own host, and `hosts` lists them all', async () => {
  const { stdout, status } = await start(['round', '--json'], b, address).done;
  const { runId } = JSON.parse(stdout) as { readonly runId: string };
  expect([status, existsSync(runDir(b.dataRoot, runId))]).toEqual([1, true]);
  const listed = await start(['hosts'], b, address).done;
  expect(listed.stdout).toMatch(
    new RegExp(`^a {2}${hostname()} \\(this machine\\), process \\d+, build .* s ago\nb {2}${hostname()} .* s ago\n$`),
  );
});

test.skipIf(!canRename)('a second machine with the id of the first is refused as long as that is there', async () => {
  const c = hostOf('c');
  try {
    await startHost(c, elsewhere);
    const taken = /got c, which process \d+ of machine elsewhere /;
    await expect(claimHost(client, 'c', { limitMs: 300, everyMs: 50 })).rejects.toThrow(taken);
    // Neither does a command begin a worker of its own, which would take half of the other's runs.
    const twin = hostOf('c');
    const command = await start(['round'], twin, address).done;
    await removeSandbox(twin);
    expect([command.status, command.stderr]).toEqual([64, expect.stringMatching(taken)]);
    await claimHost(client, 'a', { limitMs: 300, everyMs: 50 });
  } finally {
    await removeSandbox(c);
  }
});

test('nothing is left running', async () => {
  await removeSandbox(b);
  await removeSandbox(a);
  expect([...(await nothingLeft(a)), ...(await nothingLeft(b))]).toEqual([]);
});
