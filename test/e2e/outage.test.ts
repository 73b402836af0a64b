import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { connectClient, embeddedServer } from '../../src/temporal/connection.js';
import { readConfig } from '../../src/client/options.js';
import { applySchedule, requireSchedule } from '../../src/client/schedule.js';
import { sleepMs } from '../../src/host/os/clock.js';
import { signalProcess, waitGone, type ProcessId } from '../../src/host/os/processes.js';
import { liveUsers, readServer } from '../../src/host/temporal/state.js';
import { temporalPaths } from '../../src/host/layout/paths.js';
import {
  createSandbox,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';

// Everything is away over two ticks, in compressed time: seconds for the hours of a real schedule.
const EVERY_MS = 12_000;
/** The shortest that Temporal takes. */
const CATCH_UP_MS = 10_000;

let sandbox: Sandbox;
afterEach(() => removeSandbox(sandbox));

async function startDev(): Promise<Running> {
  const dev = start(['dev'], sandbox);
  await mustPoll('a worker', () => liveUsers(sandbox.dataRoot).some(({ role }) => role === 'worker') || undefined);
  return dev;
}

async function killAll(ids: readonly ProcessId[]): Promise<void> {
  for (const id of ids) signalProcess(id, 'SIGKILL');
  expect(await Promise.all(ids.map((id) => waitGone(id, 5000)))).not.toContain(false);
}

async function killEverything({ child }: Running): Promise<void> {
  // First who starts others, so that what is looked up then is all there is.
  child.kill('SIGKILL');
  await once(child, 'exit');
  await killAll([JSON.parse(readFileSync(temporalPaths(sandbox.dataRoot).supervisor, 'utf8')) as ProcessId]);
  await killAll([...liveUsers(sandbox.dataRoot).map((user) => user.process), readServer(sandbox.dataRoot)!.process!]);
}

/** The tick that a scheduled run stands for: the server puts its time at the end of the workflow's id. */
const tickOf = (workflowId: string): number => Date.parse(workflowId.slice('chaos-run-e2e-'.length));

test('after an outage nothing is made up for: the first round is that of the next tick', async () => {
  const schedule = { every_seconds: EVERY_MS / 1000, catch_up_seconds: CATCH_UP_MS / 1000 };
  sandbox = createSandbox({ ...failingRounds, schedule });
  const before = await startDev();
  const first = await connectClient(embeddedServer(sandbox.dataRoot)!);
  await applySchedule(first, readConfig(sandbox.config));
  // The server has taken it up: it answers with the next times.
  const { nextActionTimes } = (await requireSchedule(first, 'e2e')).schedule.info;
  expect(nextActionTimes).not.toEqual([]);
  const [firstDue] = nextActionTimes;
  await first.connection.close();
  await killEverything(before);
  const gone = Date.now();
  // Ticks fall on whole multiples of the interval since 1970.
  const missed = [1, 2].map((n) => (Math.floor(gone / EVERY_MS) + n) * EVERY_MS);
  await sleepMs(missed[1]! + CATCH_UP_MS + 1000 - Date.now());
  const back = Date.now();

  const after = await startDev();
  const client = await connectClient(embeddedServer(sandbox.dataRoot)!);
  const { info, ticks, lookedAt } = await mustPoll('a round after the outage', async () => {
    const { info } = (await requireSchedule(client, 'e2e')).schedule;
    const ticks = info.recentActions.map(({ action }) => tickOf(action.workflow.workflowId));
    return ticks.some((tick) => tick > gone) ? { info, ticks, lookedAt: Date.now() } : undefined;
  });
  const [next = 0] = ticks.filter((tick) => tick > gone);
  expect(next).toBeGreaterThan(back - CATCH_UP_MS);
  // One that fell due while everything was being killed may be among them.
  const neverDoneBefore = (end: number): number[] => {
    const all: number[] = [];
    for (let due = Number(firstDue); due < end; due += EVERY_MS) if (!ticks.includes(due)) all.push(due);
    return all;
  };
  expect(neverDoneBefore(next)).toEqual(expect.arrayContaining(missed));
  // A server on a busy machine may miss more of them after that.
  expect(info.numActionsMissedCatchupWindow).toBeGreaterThanOrEqual(neverDoneBefore(next).length);
  expect(info.numActionsMissedCatchupWindow).toBeLessThanOrEqual(neverDoneBefore(lookedAt).length);
  await client.connection.close();
  after.child.kill('SIGTERM');
  await after.done;
  expect(await nothingLeft(sandbox)).toEqual([]);
});
