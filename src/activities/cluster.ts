import { ChaosError } from '../domain/errors.js';
import type { BrokersSince } from '../domain/losses.js';
import type { RunPlan } from '../domain/plan.js';
import { monotonicUs, sleepMs } from '../host/os/clock.js';
import type { Fault } from '../host/faults/contract.js';
import type { FaultTicket } from '../host/tickets/ticket.js';
import { reserveMark } from '../host/os/disk.js';
import { requireLimits } from '../host/os/limits.js';
import { readStored, writeStored } from '../host/os/stored.js';
import { ensureKeeper } from '../host/keeper/control.js';
import { actIf, claimCluster, claimOf, endClaim, renewLease } from '../host/tickets/claim.js';
import { clusterEnded, heldOnHost, readLease, refuseFullDisk, whyDiskFull } from '../host/tickets/lease.js';
import { newerTicketsOnHost, refuseNewerCluster } from '../host/tickets/newer.js';
import { openTickets, removeOver } from '../host/tickets/store.js';
import { dataRootOf, runPaths } from '../host/layout/paths.js';
import { recoverTicket } from '../host/lifecycle/recover.js';
import { scriptProblems } from '../host/clients/index.js';
import { driverNamed } from '../host/drivers/index.js';
import { giveUpUpdate } from '../host/update/index.js';
import type { ClusterStateRequest, ClusterUp, InRun, ClusterLeft, StartClusterRequest } from '../messages/requests.js';
import { isStill, refuseIfHeld, supersededBy, whileRenewed, RENEW_EVERY_MS } from './claim.js';
import { refuseIfForeignFault } from './foreign-fault.js';
import { requireReserve, requireRoom } from './room.js';
import { answered, asActivity, driverOf, planOf } from './support.js';

/** What a newer program keeps of this cluster, and its faults anywhere on this host, are left alone: nobody here knows what they need. */
function refuseNewerFaults({ clusterDir }: RunPlan): void {
  refuseNewerCluster(clusterDir);
  const newer = newerTicketsOnHost(dataRootOf(clusterDir));
  if (newer.length > 0) throw new ChaosError('FORMAT_NEWER', newer.join('; '));
}

/** Adds this cluster's endpoints to those of the run: what a ledger calls an endpoint, a report calls a broker. */
async function writeBrokers(plan: RunPlan): Promise<void> {
  const nodes = await driverOf(plan).nodes(plan.clusterDir);
  const endpoints = Object.fromEntries(nodes.map((node) => [node.clientEndpoint, node.id]));
  const file = runPaths(plan.runDir).brokers;
  const earlier = readStored<BrokersSince[]>('broker list', file) ?? [];
  writeStored('broker list', file, [...earlier, { sinceUs: monotonicUs(), endpoints }]);
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

/** Recovers what is open on the run's own cluster, which was stopped. */
async function recoverOpen(faults: readonly Fault[], { clusterDir, timing }: RunPlan): Promise<readonly FaultTicket[]> {
  const open = openTickets(clusterDir);
  for (const { faultId } of open) {
    await recoverTicket({ faults, clusterDir, faultId }, 'workflow', timing.recoveryBudgetMs);
  }
  return open;
}

/** Ends what a run still has under way on its host: an update of the broker, its cluster, and the faults on it. Another run's are left alone. */
async function stopOwn(faults: readonly Fault[], plan: RunPlan): Promise<void> {
  await giveUpUpdate(plan);
  const judged = readLease(plan.clusterDir);
  if (judged !== undefined && judged.runId !== plan.runId) return;
  const stop = (): Promise<void> => driverOf(plan).stop(plan.clusterDir);
  const stopped = await endClaim(plan.clusterDir, isStill(judged), stop);
  // If not, its keeper has stopped it, or it was started again since.
  if (stopped || readLease(plan.clusterDir) === undefined) await recoverOpen(faults, plan);
}

export function createClusterActivities(faults: readonly Fault[]) {
  return {
    /** Step 1 of a run: tools and clients are there, faults left open are recovered, anything but a stopped cluster is stopped. Returns what it found. */
    preCheck: ({ run }: InRun): Promise<readonly string[]> =>
      asActivity(async (signal) => {
        const plan = planOf(run);
        refuseNewerFaults(plan);
        const driver = driverOf(plan);
        const problems = [
          ...(await driver.preflight({ network: plan.network, binary: plan.binary })),
          ...scriptProblems(plan),
        ];
        if (problems.length > 0) throw new ChaosError('PREFLIGHT_FAILED', problems.join('; '));
        const judged = await refuseIfHeld(plan);
        const notes: string[] = [];
        await refuseIfForeignFault(faults, plan, notes, signal);
        const status = await driver.status(plan.clusterDir);
        if (status !== 'stopped' || judged !== undefined) {
          const stop = (): Promise<void> => driverNamed(judged?.driver ?? plan.driver).stop(plan.clusterDir);
          const stopped = await endClaim(plan.clusterDir, isStill(judged), stop);
          const holder = readLease(plan.clusterDir);
          // If not, its keeper has stopped it, or another run has come since.
          if (!stopped && holder !== undefined) throw heldOnHost(holder);
          notes.push(`pre-check: cluster was ${status}, left by run ${judged?.runId ?? 'unknown'}; it was stopped`);
        }
        for (const { faultId, runId } of await recoverOpen(faults, plan)) {
          notes.push(`pre-check: fault ${faultId} of run ${runId} was open; it was recovered`);
        }
        removeOver(plan.clusterDir, plan.runId);
        requireLimits();
        requireRoom(plan);
        return notes;
      }),

    /** Starts the cluster with its keeper, which is there first. Not repeated: a cluster that does not start is a finding. */
    startCluster: ({ run, startedWith }: StartClusterRequest): Promise<ClusterUp> =>
      asActivity(async (cancelled) => {
        const plan = planOf(run);
        const { clusterDir, cluster, runId, driver, timing, nodeCount, network, binary } = plan;
        requireReserve(plan);
        const reserve = reserveMark(dataRootOf(clusterDir));
        const lease = { cluster, driver, runId, leaseMs: timing.leaseMs, reserve };
        const claim = await claimCluster(clusterDir, lease, () => driverOf(plan).stop(clusterDir));
        await ensureKeeper(clusterDir);
        const logDir = runPaths(plan.runDir).brokerLogs(monotonicUs());
        const options = { cluster, runId, logDir, nodeCount, network, binary, claim, startedWith };
        // A slow start must not outlive the lease under which it starts.
        const up = await whileRenewed(plan, claim, cancelled, (signal) =>
          driverOf(plan).start(clusterDir, { ...options, signal }),
        ).catch((error: unknown) => {
          // Brokers that found no room may not have been able to say so.
          refuseFullDisk(clusterDir);
          throw error;
        });
        const written = await actIf(
          clusterDir,
          (now) => claimOf(now) === claim,
          async () => {
            writeStored('versions', runPaths(plan.runDir).versions, up.versions);
            await writeBrokers(plan);
          },
        );
        if (!written) throw supersededBy(clusterDir, claim);
        return { endpoint: up.endpoint, dataDirs: up.dataDirs };
      }),

    /** Renews the cluster's lease as long as the run wants it; ends only by cancellation, or if the cluster is no more, or another run's. */
    tendCluster: ({ run }: InRun): Promise<void> =>
      asActivity(async (signal) => {
        const plan = planOf(run);
        const claim = claimOf(readLease(plan.clusterDir));
        for (;;) {
          await ensureKeeper(plan.clusterDir);
          if (!(await renewLease(plan.clusterDir, run.runId, claim))) return;
          await sleepMs(RENEW_EVERY_MS, signal);
        }
      }),

    stopCluster: ({ run }: InRun): Promise<void> => asActivity(() => stopOwn(faults, planOf(run))),

    /** Brokers that are not running, and what of ours died; or why there is nothing left to look at, or why nobody can tell. */
    deadNodes: (request: ClusterStateRequest): Promise<ClusterLeft> => asActivity(() => whatIsLeft(request)),
  };
}
