import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClusterActivities } from '../../src/activities/cluster.js';
import { ChaosError } from '../../src/domain/errors.js';
import type { RunPlan, RunRef } from '../../src/domain/plan.js';
import type { NodeView } from '../../src/host/drivers/contract.js';
import { rehearsalDriver } from '../../src/host/drivers/rehearsal.js';
import { faults } from '../../src/host/faults/index.js';
import { clusterPaths, runDir, runPaths } from '../../src/host/layout/paths.js';
import { readJson, writeJson } from '../../src/host/os/files.js';
import { readStored } from '../../src/host/os/stored.js';
import { ownVersion } from '../../src/host/os/versions.js';
import { ownIdentity } from '../../src/host/os/processes.js';
import { dirtyMark, markDirty } from '../../src/host/tickets/dirty-mark.js';
import { claimCluster } from '../../src/host/tickets/claim.js';
import { readLease, writeLease } from '../../src/host/tickets/lease.js';
import { listTickets, readTicket, writeTicket } from '../../src/host/tickets/store.js';
import type { FaultTicket } from '../../src/host/tickets/ticket.js';
import { activityEnvironment, perform, plannedRun, serverWith } from '../../testing/activities.js';
import { temporaryFolder, until } from '../../testing/processes.js';
import { ticketIn } from '../../testing/tickets.js';

const { preCheck, startCluster, tendCluster, stopCluster, deadNodes } = createClusterActivities(faults);

let dataRoot: string;
let plan: RunPlan;
let run: RunRef;
beforeEach(() => {
  dataRoot = temporaryFolder();
  ({ plan, run } = plannedRun(dataRoot));
});
afterEach(() => vi.restoreAllMocks());

const leaseOf = (runId: string, leaseMs = 60_000): void =>
  writeLease(plan.clusterDir, { cluster: 'local', driver: 'rehearsal', runId, leaseMs });
const node = (id: string, alive = true): NodeView => ({
  id,
  process: null,
  alive,
  clientEndpoint: `127.0.0.1:2188${id.slice(1)}`,
  brokerPort: 1,
  brokerHost: '127.0.0.1',
});
/** This process stands for the keeper of the cluster: none is started. */
const beKeeper = (): void =>
  writeJson(clusterPaths(plan.clusterDir).keeper, { ...ownIdentity(), version: ownVersion() });

describe('what is left of a cluster', () => {
  const three = [node('n1'), node('n2', false), node('n3')];

  it('names the brokers that do not run', async () => {
    leaseOf(run.runId);
    vi.spyOn(rehearsalDriver, 'nodes').mockResolvedValue(three);
    expect(await perform(deadNodes, { run, sinceUs: null })).toEqual({
      dead: ['n2'],
      all: 3,
      ended: null,
      equipmentDied: [],
      error: null,
    });
  });

  it.each(['repairEquipment', 'equipmentDeaths', 'equipmentProblem', 'nodes'] as const)(
    'is an error where the driver cannot tell (%s), and no broker is called dead',
    async (call) => {
      leaseOf(run.runId);
      vi.spyOn(rehearsalDriver, 'nodes').mockResolvedValue(three);
      vi.spyOn(rehearsalDriver, call).mockImplementation(() => {
        throw new Error('EACCES: cluster.json');
      });
      expect(await perform(deadNodes, { run, sinceUs: null })).toEqual({ error: 'EACCES: cluster.json' });
    },
  );

  it('has what stands between us and the brokers and does not work', async () => {
    leaseOf(run.runId);
    const problem = 'port 7 of n2 is held by process 9 (nc)';
    vi.spyOn(rehearsalDriver, 'nodes').mockResolvedValue(three);
    vi.spyOn(rehearsalDriver, 'equipmentProblem').mockResolvedValue(problem);
    expect(await perform(deadNodes, { run, sinceUs: null })).toMatchObject({ dead: ['n2'], equipmentDied: [problem] });
  });

  it('says why the cluster is no more, and looks at no broker of it', async () => {
    const looked = vi.spyOn(rehearsalDriver, 'nodes');
    const ended = await perform(deadNodes, { run, sinceUs: null });
    expect(ended).toMatchObject({
      dead: [],
      all: plan.nodeCount,
      ended: expect.stringContaining('keeper'),
      error: null,
    });
    leaseOf('another');
    expect((await perform(deadNodes, { run, sinceUs: null })).ended).toContain('run another');
    expect(looked).not.toHaveBeenCalled();
  });

  it('has what of ours died, from the time that was asked for; what nobody had noticed is noticed first', async () => {
    leaseOf(run.runId);
    const deaths = [{ us: 5, what: 'the proxy server 7: dead' }];
    vi.spyOn(rehearsalDriver, 'repairEquipment').mockImplementation(() => {
      deaths.push({ us: 20, what: 'the proxy server 8: dead' });
      return Promise.resolve(undefined);
    });
    vi.spyOn(rehearsalDriver, 'equipmentDeaths').mockImplementation(() => deaths);
    const diedSince = async (sinceUs: number | null) => (await perform(deadNodes, { run, sinceUs })).equipmentDied;
    expect(await diedSince(10)).toEqual(['the proxy server 8: dead']);
    expect(await diedSince(null)).toContain('the proxy server 7: dead');
  });
});

describe('the pre-check of a run', () => {
  it('finds nothing where there is nothing', async () => {
    expect(await perform(preCheck, { run })).toEqual([]);
  });

  it('fails with every problem that makes a start pointless', async () => {
    vi.spyOn(rehearsalDriver, 'preflight').mockResolvedValue(['no nats-server', 'no toxiproxy']);
    await expect(perform(preCheck, { run })).rejects.toMatchObject({
      type: 'PREFLIGHT_FAILED',
      message: expect.stringContaining('no nats-server; no toxiproxy'),
    });
  });

  it('fails with every client that could not be started, and starts nothing', async () => {
    ({ run } = plannedRun(dataRoot, { sdkRoot: join(dataRoot, 'clients'), sdks: ['mine', 'other'] }));
    const mine = join(dataRoot, 'clients', 'mine');
    mkdirSync(mine, { recursive: true });
    writeFileSync(join(mine, 'basic-pubsub.sh'), '#!/bin/sh\r\n', { mode: 0o755 });
    await expect(perform(preCheck, { run })).rejects.toMatchObject({
      type: 'PREFLIGHT_FAILED',
      message: expect.stringMatching(
        /mine\/basic-pubsub\.sh: its lines end with CRLF.*; .*other.*: expected the script/,
      ),
    });
  });

  it.each([
    ['open on this server', { 'w2/t1': 'RUNNING' }],
    ['unknown to this server', {}],
  ])('refuses a cluster whose lease is renewed for a run that is %s', async (_, states) => {
    leaseOf('run-2');
    writeJson(runPaths(runDir(dataRoot, 'run-2')).mark, { workflowId: 'w2', temporalRunId: 't1', startedAt: '' });
    const stopped = vi.spyOn(rehearsalDriver, 'stop');
    await expect(perform(preCheck, { run }, serverWith(states))).rejects.toMatchObject({
      type: 'CLUSTER_HELD',
      details: ['run-2'],
    });
    expect(stopped).not.toHaveBeenCalled();
  });

  it('stops what a closed run has left, and says whose it was', async () => {
    leaseOf('run-2');
    writeJson(runPaths(runDir(dataRoot, 'run-2')).mark, { workflowId: 'w2', temporalRunId: 't1', startedAt: '' });
    vi.spyOn(rehearsalDriver, 'status').mockResolvedValue('degraded');
    const stopped = vi.spyOn(rehearsalDriver, 'stop');
    const notes = await perform(preCheck, { run }, serverWith({ 'w2/t1': 'COMPLETED' }));
    expect(notes).toEqual([expect.stringMatching(/degraded, left by run run-2/)]);
    expect(stopped).toHaveBeenCalledWith(plan.clusterDir);
    expect(readLease(plan.clusterDir)).toBeUndefined();
  });

  it('recovers a fault of this cluster that was left open', async () => {
    const ticket = ticketIn(dataRoot, { faultId: 'f7', runId: 'run-2', driver: 'rehearsal' });
    writeTicket(ticket);
    expect(await perform(preCheck, { run })).toEqual([expect.stringMatching(/fault f7 of run run-2 .*recovered/)]);
    // A keeper reads every ticket that is there, four times a second.
    expect(listTickets(plan.clusterDir)).toEqual([]);
    const copy = readJson<FaultTicket>(runPaths(ticket.runDir).ticket('f7'));
    expect(copy?.state).toBe('recovered');
  });

  it('refuses to measure beside the fault of another run on another cluster, and leaves that as it is', async () => {
    const other = { clusterDir: plan.clusterDir.replace('local', 'other'), runDir: runDir(dataRoot, 'run-2') };
    writeTicket(ticketIn(dataRoot, { ...other, faultId: 'f7', runId: 'run-2', driver: 'rehearsal' }));
    await expect(perform(preCheck, { run }, serverWith({}))).rejects.toMatchObject({
      type: 'CLUSTER_HELD',
      message: expect.stringContaining('f7'),
      details: ['run-2'],
    });
    expect(readTicket(other.clusterDir, 'f7')?.state).toBe('injected');
  });
});

describe('a cluster that is started', () => {
  beforeEach(beKeeper);

  it('is under its lease before the brokers start, and leaves their versions and endpoints in the folder of the run', async () => {
    const up = { endpoint: '127.0.0.1:1883', endpoints: [], dataDirs: ['n1'], versions: { 'nats-server': 'v2.15.1' } };
    vi.spyOn(rehearsalDriver, 'nodes').mockResolvedValue([node('n1')]);
    vi.spyOn(rehearsalDriver, 'start').mockImplementation((dir) => {
      expect(readLease(dir)).toMatchObject({ runId: run.runId, driver: 'rehearsal' });
      return Promise.resolve(up);
    });
    markDirty(plan.clusterDir, { faultId: 'f', runId: 'r', at: '', why: 'not proved' });
    expect(await perform(startCluster, { run })).toEqual({ endpoint: '127.0.0.1:1883', dataDirs: ['n1'] });
    expect(dirtyMark(plan.clusterDir)).toBeUndefined();
    expect(readStored('versions', runPaths(plan.runDir).versions)).toEqual(up.versions);
    const brokers = () => readJson<unknown[]>(runPaths(plan.runDir).brokers);
    expect(brokers()).toMatchObject([{ endpoints: { '127.0.0.1:21881': 'n1' } }]);
    await perform(startCluster, { run });
    expect(brokers()).toHaveLength(2);
  });

  it('by an attempt that is superseded is broken off, and leaves nothing in the folder of the run', async () => {
    const up = { endpoint: 'e', endpoints: [], dataDirs: [], versions: { by: 'first' } };
    vi.spyOn(rehearsalDriver, 'nodes').mockResolvedValue([]);
    const stopped = vi.spyOn(rehearsalDriver, 'stop');
    let begun = (): void => undefined;
    const starting = new Promise<void>((resolve) => (begun = resolve));
    const start = vi.spyOn(rehearsalDriver, 'start').mockImplementationOnce((_, { signal }) => {
      begun();
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    const first = perform(startCluster, { run });
    const ended = expect(first).rejects.toMatchObject({ type: 'SUPERSEDED', nonRetryable: true });
    await starting;
    start.mockResolvedValue({ ...up, versions: { by: 'second' } });
    await perform(startCluster, { run });
    await ended;
    expect(stopped).toHaveBeenCalledTimes(2);
    expect(readStored('versions', runPaths(plan.runDir).versions)).toEqual({ by: 'second' });
    expect(readJson<unknown[]>(runPaths(plan.runDir).brokers)).toHaveLength(1);
    expect(readLease(plan.clusterDir)?.claim).toBe(2);
  });

  it('is broken off with the run', async () => {
    vi.spyOn(rehearsalDriver, 'start').mockImplementation((_, { signal }) => {
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('ended'))));
    });
    const environment = activityEnvironment();
    const work = expect(environment.run(startCluster, { run })).rejects.toMatchObject({ name: 'CancelledFailure' });
    await until('it has its lease', () => readLease(plan.clusterDir));
    environment.cancel('CANCELLED');
    await work;
  });

  it('is refused where another run has claimed it after the pre-check, and stops nothing', async () => {
    leaseOf('another');
    const stopped = vi.spyOn(rehearsalDriver, 'stop');
    await expect(perform(startCluster, { run })).rejects.toMatchObject({ type: 'CLUSTER_HELD', details: ['another'] });
    expect(stopped).not.toHaveBeenCalled();
  });

  it('and does not come up is a finding: not tried again', async () => {
    await expect(perform(startCluster, { run })).rejects.toMatchObject({
      type: 'CLUSTER_START_FAILED',
      nonRetryable: true,
    });
  });
});

describe('the lease of a cluster', () => {
  beforeEach(beKeeper);

  it('is renewed until that is broken off', async () => {
    leaseOf(run.runId);
    const before = readLease(plan.clusterDir)?.untilUs ?? 0;
    const environment = activityEnvironment();
    const tending = environment.run(tendCluster, { run });
    const ended = expect(tending).rejects.toMatchObject({ name: 'CancelledFailure' });
    await until('it is renewed', () => (readLease(plan.clusterDir)?.untilUs ?? 0) > before);
    environment.cancel('CANCELLED');
    await ended;
  });

  it('is renewed no more where the cluster is another run’s', async () => {
    leaseOf('another');
    const before = readLease(plan.clusterDir);
    await perform(tendCluster, { run });
    expect(readLease(plan.clusterDir)).toEqual(before);
  });
});

describe('a cluster that is stopped', () => {
  it('by an attempt that was late is left alone where the run has started it again', async () => {
    leaseOf(run.runId);
    const stopped = vi.spyOn(rehearsalDriver, 'stop');
    let again = (): void => undefined;
    const claiming = new Promise<void>((resolve) => (again = resolve));
    const lease = { cluster: 'local', driver: 'rehearsal', runId: run.runId, leaseMs: 60_000 };
    const claimed = claimCluster(plan.clusterDir, lease, () => claiming);
    const late = perform(stopCluster, { run });
    again();
    await Promise.all([claimed, late]);
    expect(stopped).not.toHaveBeenCalled();
    expect(readLease(plan.clusterDir)).toMatchObject({ runId: run.runId, claim: 1 });
  });

  it('has no lease and no dirty mark any more, and its open fault is over', async () => {
    leaseOf(run.runId);
    markDirty(plan.clusterDir, { faultId: 'f1', runId: run.runId, at: '', why: 'not proved' });
    writeTicket(ticketIn(dataRoot, { driver: 'rehearsal', state: 'stuck' }));
    await perform(stopCluster, { run });
    expect(readLease(plan.clusterDir)).toBeUndefined();
    expect(dirtyMark(plan.clusterDir)).toBeUndefined();
    expect(readTicket(plan.clusterDir, 'f1')?.state).toBe('recovered');
  });

  it('is left alone where another run has it by now', async () => {
    leaseOf('another');
    const stopped = vi.spyOn(rehearsalDriver, 'stop');
    await perform(stopCluster, { run });
    expect(stopped).not.toHaveBeenCalled();
    expect(readLease(plan.clusterDir)?.runId).toBe('another');
  });
});

it('an error of the driver while stopping is an error of the activity, and keeps the lease', async () => {
  leaseOf(run.runId);
  vi.spyOn(rehearsalDriver, 'stop').mockRejectedValue(new ChaosError('EQUIPMENT_FAILED', 'pid 7 does not end'));
  await expect(perform(stopCluster, { run })).rejects.toMatchObject({ type: 'EQUIPMENT_FAILED' });
  expect(readLease(plan.clusterDir)?.runId).toBe(run.runId);
});
