import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findOwned, isAlive, signalProcess, waitGone, type ProcessId } from '../../src/host/os/processes.js';
import { keeperOf } from '../../src/host/keeper/control.js';
import { liveUsers, readServer } from '../../src/host/temporal/state.js';
import { temporalPaths } from '../../src/host/layout/paths.js';
import { listTickets, openTickets } from '../../src/host/tickets/store.js';
import type { FaultTicket } from '../../src/host/tickets/ticket.js';
import type { ReportFile } from '../../src/domain/report-data.js';
import {
  catalogue,
  createSandbox,
  finishedWhole,
  mustPoll,
  nothingLeft,
  onlyRunDir,
  removeSandbox,
  start,
  whileRunning,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';

// SIGKILL and Ctrl-C in the middle of a real run. Each test starts its own server, worker and cluster.
let sandbox: Sandbox;

afterEach(() => removeSandbox(sandbox));

const ticketIn = (state: FaultTicket['state'], running: Running): Promise<FaultTicket> => {
  const look = (): FaultTicket | undefined => listTickets(sandbox.clusterDir).find((ticket) => ticket.state === state);
  return whileRunning(running, mustPoll(`a ticket that is ${state}`, look));
};

const workers = (): ProcessId[] =>
  liveUsers(sandbox.dataRoot)
    .filter((user) => user.role === 'worker')
    .map((user) => user.process);

async function killWorkers(): Promise<void> {
  const found = workers();
  expect(found.length).toBeGreaterThan(0);
  for (const id of found) signalProcess(id, 'SIGKILL');
  await mustPoll('the workers to be gone', () => found.every((id) => !isAlive(id)) || undefined);
}

const brokerPids = (): string[] =>
  findOwned((owner) => owner.startsWith(`${sandbox.clusterDir}#node-`))
    .map((id) => `${id.pid}/${id.startTicks}`)
    .sort();

describe('the worker is killed', () => {
  test('in the fault window and in the heal wait: the next one goes on with the same brokers, and waits no less', async () => {
    sandbox = createSandbox({
      timing: { fault_window_seconds: 8, heal_wait_seconds: 8 },
      sdks: ['python', 'java'],
      scenarios: [catalogue.kill],
    });
    const running = start(['scenario', 'broker-kill-single', '--json'], sandbox);
    await ticketIn('injected', running);
    await killWorkers();
    const second = start(['worker'], sandbox);
    await ticketIn('recovered', running);
    const brokers = brokerPids();
    await killWorkers();
    const third = start(['worker'], sandbox);
    const { result, report, status } = await finishedWhole(running);
    for (const worker of [second, third]) worker.child.kill('SIGTERM');
    expect(result.headline, result.summary).toBe('PASS');
    expect(result.runPassed).toBe(true);
    expect(status).toBe(0);
    const [scenario] = report.scenarios;
    expect(scenario!.healWaitSeconds).toBeGreaterThanOrEqual(8);
    expect(scenario!.fault.cutShort).toBe(false);
    expect(scenario!.validation.map((outcome) => outcome.attempt)).toEqual([1, 1]);
    expect(scenario!.faultPeriod.map((figures) => figures.sdk)).toEqual(['python', 'java']);
    expect(brokers).toHaveLength(3);
    await Promise.all([second.done, third.done]);
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});

describe('everything but the keeper is killed', () => {
  test('the fault is ended and the cluster stopped when the lease is over, and nothing of ours is left', async () => {
    sandbox = createSandbox({
      timing: { fault_window_seconds: 60, lease_seconds: 15 },
      sdks: ['go'],
      scenarios: [catalogue.kill],
    });
    const running = start(['round', '--json'], sandbox);
    await ticketIn('injected', running);
    const keeper = keeperOf(sandbox.clusterDir)!;
    // First who starts others, so that what is looked up then is all there is.
    running.child.kill('SIGKILL');
    await once(running.child, 'exit');
    for (const id of workers()) signalProcess(id, 'SIGKILL');
    const supervisor = JSON.parse(readFileSync(temporalPaths(sandbox.dataRoot).supervisor, 'utf8')) as ProcessId;
    signalProcess(supervisor, 'SIGKILL');
    expect(await waitGone(supervisor, 5000)).toBe(true);
    for (const id of [...workers(), readServer(sandbox.dataRoot)!.process!]) signalProcess(id, 'SIGKILL');
    await running.done;
    await mustPoll('the keeper to have done its work', () => !isAlive(keeper) || undefined, 60_000);
    expect(openTickets(sandbox.clusterDir)).toEqual([]);
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  test('in the fault window ends the fault, stops the cluster, writes the partial report, and says so', async () => {
    sandbox = createSandbox({
      timing: { fault_window_seconds: 60 },
      sdks: ['go', 'rust'],
      scenarios: [catalogue.delay, catalogue.kill],
    });
    const running = start(['round'], sandbox);
    const runDir = await onlyRunDir(sandbox);
    await ticketIn('injected', running);
    running.child.kill('SIGINT');
    const { status, stdout } = await running.done;
    expect(status).toBe(130);
    expect(stdout).toMatch(/cancelling: /);
    const { details: report } = JSON.parse(readFileSync(join(runDir, 'report.json'), 'utf8')) as ReportFile;
    expect(report.headline).toBe('CANCELLED');
    const statuses = report.scenarios.map((s) => [s.scenario.name, s.verdict.status]);
    expect(statuses, JSON.stringify(report.scenarios[0]?.fault)).toEqual([['network-delay-100ms', 'cancelled']]);
    expect(report.scenarios[0]!.fault.healed.every((e) => e.ok)).toBe(true);
    expect(openTickets(sandbox.clusterDir)).toEqual([]);
    expect(existsSync(join(sandbox.clusterDir, 'cluster.json'))).toBe(false);
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});

describe('a terminal that closes', () => {
  test('cancels the run as Ctrl-C does, although nobody can be told any more', async () => {
    sandbox = createSandbox({ timing: { fault_window_seconds: 60 }, sdks: ['go'], scenarios: [catalogue.kill] });
    const running = start(['round'], sandbox);
    const runDir = await onlyRunDir(sandbox);
    await ticketIn('injected', running);
    running.child.stdout!.destroy();
    running.child.stderr!.destroy();
    running.child.kill('SIGHUP');
    const [status] = (await once(running.child, 'exit')) as [number | null];
    expect(status).toBe(130);
    const { details: report } = JSON.parse(readFileSync(join(runDir, 'report.json'), 'utf8')) as ReportFile;
    expect(report.headline).toBe('CANCELLED');
    expect(openTickets(sandbox.clusterDir)).toEqual([]);
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});
