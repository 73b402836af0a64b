import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterStatus } from '../../src/client/cluster-status.js';
import type { HistoryIndex } from '../../src/domain/history.js';
import type { RunResult } from '../../src/domain/report-data.js';
import { dataPaths, runPaths } from '../../src/host/layout/paths.js';
import { liveUsers } from '../../src/host/temporal/state.js';
import { connectClient, embeddedServer } from '../../src/temporal/connection.js';
import {
  addCluster,
  createSandbox,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  type Finished,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';

// Rounds that fail for a reason that is known go on for ever: no breaker stops them, and nobody has to read of them.
let sandbox: Sandbox;
let client: Client;
let dev: Running;

const entry = (error: string) => ({
  id: 'R-1',
  why: 'its cluster never starts',
  match: { check: 'cluster_start', error },
});
const never = { id: 'R-2', why: 'could not be seen in any of these rounds', match: { check: 'sent' }, gone_after: 1 };
const configure = (error: string): void =>
  void addCluster(sandbox.root, 'e2e', { ...failingRounds, known: [entry(error), never] });
const run = (...args: string[]): Promise<Finished> => start(args, sandbox).done;
const failures = async (): Promise<number> => (await clusterStatus(client, 'e2e')).breaker.consecutiveFailures;

/** One round: its exit status and its answer. */
async function round(): Promise<{ readonly status: number | null; readonly result: RunResult }> {
  const { status, stdout } = await run('round', '--json');
  return { status, result: JSON.parse(stdout) as RunResult };
}

beforeAll(async () => {
  sandbox = createSandbox({ ...failingRounds });
  configure('this is a rehearsal');
  dev = start(['dev'], sandbox);
  await mustPoll('dev', () => liveUsers(sandbox.dataRoot).some(({ role }) => role === 'worker') || undefined);
  client = await connectClient(embeddedServer(sandbox.dataRoot)!);
});

afterAll(() => removeSandbox(sandbox));

test('four such rounds in a row are KNOWN, end with status 3, are not counted, and open no breaker', async () => {
  for (let i = 0; i < 4; i += 1) {
    const { status, result } = await round();
    expect([status, result.headline, result.runPassed]).toEqual([3, 'KNOWN', false]);
    expect(result.summary).toMatch(/^KNOWN, 0 new failures, 1 known, 0 gone: /);
  }
  expect(await failures()).toBe(0);
  const { lastVerdict } = (await clusterStatus(client, 'e2e')).watch;
  expect(lastVerdict?.headline).toBe('KNOWN');
});

test('one that fails in another way is FAIL, and is counted; a known one after it neither counts nor resets that', async () => {
  configure('something else');
  const { status, result } = await round();
  expect([status, result.headline]).toEqual([1, 'FAIL']);
  expect(result.summary).toMatch(/^FAIL, 1 new failure, 0 known, 0 gone: /);
  configure('this is a rehearsal');
  expect((await round()).status).toBe(3);
  expect(await failures()).toBe(1);
});

test('the report begins with what is new, and says by which entry the rest is known', async () => {
  const { runs } = JSON.parse(readFileSync(dataPaths(sandbox.dataRoot).historyJson, 'utf8')) as HistoryIndex;
  expect(runs.map(({ headline }) => headline)).toEqual(['KNOWN', 'KNOWN', 'KNOWN', 'KNOWN', 'FAIL', 'KNOWN']);
  // No scenario ran, so no round can show that R-2 is gone.
  expect(runs.at(-1)?.known).toEqual({
    new_failures: 0,
    new_warnings: 0,
    known: 1,
    gone: [],
    sightings: [{ id: 'R-1', seen: 1 }],
  });
  const runDir = join(dataPaths(sandbox.dataRoot).runs, runs.at(-1)!.run_id);
  const report = readFileSync(runPaths(runDir).reportMarkdown, 'utf8');
  expect(report).toMatch(
    /^# ≈ KNOWN, 0 new failures, 1 known, 0 gone: 0 of 1 scenario passed — run: cluster_start_error\n\n[^#]*## What is new: 0 new failures, 1 known, 0 gone\n/,
  );
  expect(report).toContain('| R-1: its cluster never starts |');
  const message = JSON.parse(readFileSync(runPaths(runDir).notification('known').message, 'utf8')) as {
    quiet: boolean;
    text: string;
  };
  expect(message.quiet).toBe(true);
  expect(message.text).toMatch(/^❌ RobustMQ 故障测试失败\n[^]*\n新问题: 无 已知: R-1 已消失: 无$/);
});

test('known check plays them all against the list', async () => {
  const { status, stdout } = await run('known', 'check');
  expect([status, stdout]).toEqual([
    0,
    expect.stringMatching(/^6 stored runs against 2 known failures\n[^]*\| R-1 \| in 6 of 6 runs \|/),
  ]);
});

test('leaves nothing running', async () => {
  await client.connection.close();
  dev.child.kill('SIGTERM');
  await dev.done;
  expect(await nothingLeft(sandbox)).toEqual([]);
});
