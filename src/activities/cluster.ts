import { getClient } from '@temporalio/activity';
import { ChaosError } from '../domain/errors.js';
import type { BrokersSince } from '../domain/losses.js';
import type { RunPlan } from '../domain/plan.js';
import { monotonicUs, sleepMs } from '../host/os/clock.js';
import { clearDirty } from '../host/tickets/dirty-mark.js';
import type { Fault } from '../host/faults/contract.js';
import type { FaultTicket } from '../host/tickets/ticket.js';
import { reserveMark } from '../host/os/disk.js';
import { readJson, writeJson } from '../host/os/files.js';
import { ensureKeeper } from '../host/keeper/control.js';
import {
  clusterEnded,
  endLease,
  isLeaseOver,
  readLease,
  renewLease,
  whyDiskFull,
  writeLease,
} from '../host/tickets/lease.js';
import { recoverAbandoned } from '../host/lifecycle/abandoned-faults.js';
import { describeTicket, openOnHost, openTickets } from '../host/tickets/store.js';
import { dataRootOf, runDir as runDirOf, runPaths } from '../host/layout/paths.js';
import { recoverTicket } from '../host/lifecycle/recover.js';
import { driverNamed } from '../host/drivers/index.js';
import type { ClusterStateRequest, ClusterUp, InRun, ClusterLeft } from '../messages/requests.js';
import { requireReserve, requireRoom } from './room.js';
import { runStateOf } from './run-state.js';
import { answered, asActivity, driverOf, planOf } from './support.js';

const RENEW_EVERY_MS = 2000;

/** Stops a cluster and gives up its lease, so that its keeper goes, too. */
async function stopAndRelease(clusterDir: string, driverName: string): Promise<void> {
  const driver = driverNamed(driverName);
  await driver.stop(clusterDir);
  clearDirty(clusterDir);
  endLease(clusterDir);
}

/** Is the run open, or unknown to this Temporal server? Then another one may be driving it, and it is let alone. */
const isForeign = async (runDir: string): Promise<boolean> => (await runStateOf(getClient(), runDir)) !== 'closed';

/**
 * Temporal has granted the cluster; the host has a word in it, too, since two Temporal servers know nothing of each other: a cluster whose lease is
 * renewed for a run that this server does not know as closed is not touched.
 */
async function refuseIfHeld({ clusterDir, runDir, runId }: RunPlan): Promise<void> {
  const lease = readLease(clusterDir);
  if (lease === undefined || lease.runId === runId || isLeaseOver(lease)) return;
  if (!(await isForeign(runDirOf(dataRootOf(runDir), lease.runId)))) return;
  throw new ChaosError(
    'CLUSTER_HELD',
    `cluster ${lease.cluster} is held on this host by run ${lease.runId}`,
    lease.runId,
  );
}

/**
 * What nobody will recover is recovered first; a fault of another run that is still active after that would be measured, too. The error
 * says what it is, since when, until when and whose.
 */
async function refuseIfForeignFault(faults: readonly Fault[], plan: RunPlan, notes: string[]): Promise<void> {
  const dataRoot = dataRootOf(plan.clusterDir);
  // Those of this cluster end when it is stopped.
  const elsewhere = (): FaultTicket[] =>
    openOnHost(dataRoot).filter(({ clusterDir }) => clusterDir !== plan.clusterDir);
  const isAbandoned = async ({ runDir }: FaultTicket): Promise<boolean> => !(await isForeign(runDir));
  for (const { ticket, error } of await recoverAbandoned(faults, elsewhere(), 'workflow', isAbandoned)) {
    notes.push(`pre-check: fault ${ticket.faultId} of run ${ticket.runId} was open; ${error ?? 'it was recovered'}`);
  }
  const foreign = elsewhere();
  const first = foreign[0];
  if (first === undefined) return;
  throw new ChaosError(
    'CLUSTER_HELD',
    `a fault of another run is active on this host: ${foreign.map(describeTicket).join('; ')}; end it with: robustmq-chaos faults recover`,
    first.runId,
  );
}

/** Adds this cluster's endpoints to those of the run: what a ledger calls an endpoint, a report calls a broker. */
async function writeBrokers(plan: RunPlan): Promise<void> {
  const nodes = await driverOf(plan).nodes(plan.clusterDir);
  const endpoints = Object.fromEntries(nodes.map((node) => [node.clientEndpoint, node.id]));
  const file = runPaths(plan.runDir).brokers;
  const earlier = readJson<BrokersSince[]>(file) ?? [];
  writeJson(file, [...earlier, { sinceUs: monotonicUs(), endpoints }]);
}

async function whatIsLeft({ run, sinceUs }: ClusterStateRequest): Promise<ClusterLeft> {
  const plan = planOf(run);
  const driver = driverOf(plan);
  const ended = clusterEnded(plan.clusterDir, run.runId);
  if (ended !== null) return { dead: [], all: plan.nodeCount, ended, equipmentDied: [], error: null };
  return answered(async () => {
    // What nobody has noticed yet is noticed here.
    await driver.repairEquipment(plan.clusterDir);
    const problem = await driver.equipmentProblem(plan.clusterDir);
    const deaths = driver.equipmentDeaths(plan.clusterDir).filter(({ us }) => us >= (sinceUs ?? 0));
    const nodes = await driver.nodes(plan.clusterDir);
    const dead = nodes.filter((node) => !node.alive).map((node) => node.id);
    const ours = [...deaths.map(({ what }) => what), problem, whyDiskFull(plan.clusterDir)];
    return { dead, all: nodes.length, ended, equipmentDied: ours.flatMap((what) => what ?? []) };
  });
}

export function createClusterActivities(faults: readonly Fault[]) {
  return {
    /** Step 1 of a run: tools are there, faults left open are recovered, anything but a stopped cluster is stopped. Returns what it found. */
    preCheck: ({ run }: InRun): Promise<readonly string[]> =>
      asActivity(async () => {
        const plan = planOf(run);
        const driver = driverOf(plan);
        const problems = await driver.preflight({ network: plan.network, binary: plan.binary });
        if (problems.length > 0) throw new ChaosError('PREFLIGHT_FAILED', problems.join('; '));
        await refuseIfHeld(plan);
        const notes: string[] = [];
        await refuseIfForeignFault(faults, plan, notes);
        const status = await driver.status(plan.clusterDir);
        const lease = readLease(plan.clusterDir);
        if (status !== 'stopped' || lease !== undefined) {
          notes.push(`pre-check: cluster was ${status}, left by run ${lease?.runId ?? 'unknown'}; it was stopped`);
          await stopAndRelease(plan.clusterDir, lease?.driver ?? plan.driver);
        }
        for (const ticket of openTickets(plan.clusterDir)) {
          await recoverTicket(
            { faults, clusterDir: plan.clusterDir, faultId: ticket.faultId },
            'workflow',
            plan.timing.recoveryBudgetMs,
          );
          notes.push(`pre-check: fault ${ticket.faultId} of run ${ticket.runId} was open; it was recovered`);
        }
        requireRoom(plan);
        return notes;
      }),

    /** Starts the cluster with its keeper, which is there first. Not repeated: a cluster that does not start is a finding. */
    startCluster: ({ run }: InRun): Promise<ClusterUp> =>
      asActivity(async () => {
        const plan = planOf(run);
        const { clusterDir, cluster, runId, driver, timing } = plan;
        await stopAndRelease(clusterDir, driver);
        requireReserve(plan);
        const reserve = reserveMark(dataRootOf(clusterDir));
        writeLease(clusterDir, { cluster, driver, runId, leaseMs: timing.leaseMs, reserve });
        await ensureKeeper(clusterDir);
        const logDir = runPaths(plan.runDir).brokerLogs(monotonicUs());
        const { nodeCount, network, binary } = plan;
        const options = { cluster, runId, logDir, nodeCount, network, binary };
        // A slow start must not outlive the lease under which it starts.
        const renewing = setInterval(() => renewLease(clusterDir, runId), RENEW_EVERY_MS);
        const up = await driverOf(plan)
          .start(clusterDir, options)
          .finally(() => clearInterval(renewing));
        writeJson(runPaths(plan.runDir).versions, up.versions);
        await writeBrokers(plan);
        return { endpoint: up.endpoint, dataDirs: up.dataDirs };
      }),

    /** Renews the cluster's lease as long as the run wants it; ends only by cancellation, or if the cluster is no more, or another run's. */
    tendCluster: ({ run }: InRun): Promise<void> =>
      asActivity(async (signal) => {
        const plan = planOf(run);
        for (;;) {
          await ensureKeeper(plan.clusterDir);
          if (!renewLease(plan.clusterDir, run.runId)) return;
          await sleepMs(RENEW_EVERY_MS, signal);
        }
      }),

    stopCluster: ({ run }: InRun): Promise<void> =>
      asActivity(async () => {
        const plan = planOf(run);
        const holder = readLease(plan.clusterDir)?.runId;
        if (holder !== undefined && holder !== run.runId) return;
        await stopAndRelease(plan.clusterDir, plan.driver);
        for (const ticket of openTickets(plan.clusterDir)) {
          await recoverTicket(
            { faults, clusterDir: plan.clusterDir, faultId: ticket.faultId },
            'workflow',
            plan.timing.recoveryBudgetMs,
          );
        }
      }),

    /** Brokers that are not running, and what of ours died; or why there is nothing left to look at, or why nobody can tell. */
    deadNodes: (request: ClusterStateRequest): Promise<ClusterLeft> => asActivity(() => whatIsLeft(request)),
  };
}
