import { monotonicUs, sleepMs } from '../os/clock.js';
import { claimOf, endClaim } from '../tickets/claim.js';
import { driverNamed } from '../drivers/index.js';
import type { Fault } from '../faults/contract.js';
import { faults as allFaults } from '../faults/index.js';
import { clusterPaths } from '../layout/paths.js';
import { freeReserveIfLow } from '../os/disk.js';
import { writeIfRoom } from '../os/files.js';
import { createAwareness } from '../tickets/awareness.js';
import { newerOfCluster } from '../tickets/newer.js';
import { isLeaseOver, readLease, whyDiskFull, type Lease } from '../tickets/lease.js';
import { endStoppedHolders, withLock } from '../os/lock.js';
import { logLine as log } from '../os/log.js';
import { ownVersion } from '../os/versions.js';
import { findOwned, ownIdentity, signalProcess } from '../os/processes.js';
import { removeStored, writeStored } from '../os/stored.js';
import { recoverTicket } from '../lifecycle/recover.js';
import { isDue, openTickets } from '../tickets/store.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { vouched } from './known.js';
import { keeperOwner, type KeeperFile } from './control.js';

/** How often the keeper looks; a deadline is met within this much. */
const LOOK_EVERY_MS = 250;
/** Who stands stopped for this long and has what the keeper needs is ended: a fault may not outlive its deadline for as long as somebody is stopped. */
const STOPPED_LIMIT_MS = 4_000;
/** Pause between two attempts to recover one fault, so that a hopeless one does not fill the log. */
const RETRY_AFTER_MS = 5_000;

/** Recoveries that are under way: one fault that resists keeps no other on past its deadline. */
interface Recoveries {
  /** Begins that of every fault whose deadline has passed (`all`: of every open one). */
  readonly beginDue: (all: boolean) => void;
  readonly ended: () => Promise<void>;
}

/** A fault that resists is tried again, for ever, and so is one that is over and whose ticket a full disk did not take. */
function recoveriesOf(clusterDir: string, faults: readonly Fault[]): Recoveries {
  const tries = new Map<string, number>();
  const running = new Map<string, Promise<void>>();

  const recover = async ({ faultId, kind, targets, recoveryBudgetMs }: FaultTicket, all: boolean): Promise<void> => {
    try {
      log(`recovering ${faultId} (${kind} of ${targets.join(', ')}), due`);
      const handle = { faults, clusterDir, faultId };
      await recoverTicket(handle, 'keeper', recoveryBudgetMs, (now) => all || isDue(now));
      log(`recovered ${faultId}`);
    } catch (error) {
      log(`STUCK: could not recover ${faultId}: ${String(error)}; trying again in ${RETRY_AFTER_MS} ms`);
    }
    tries.set(faultId, monotonicUs() + RETRY_AFTER_MS * 1000);
    running.delete(faultId);
  };

  return {
    beginDue: (all) => {
      for (const ticket of openTickets(clusterDir)) {
        const { faultId } = ticket;
        if (!(all || isDue(ticket)) || running.has(faultId) || monotonicUs() < (tries.get(faultId) ?? 0)) continue;
        running.set(faultId, recover(ticket, all));
      }
    },
    ended: async () => {
      await Promise.all(running.values());
    },
  };
}

/** Stops the cluster whose lease was judged to be over, if it still is, and still the same. Its open faults are recovered at the next look. */
async function endCluster(clusterDir: string, judged: Lease): Promise<void> {
  log(`lease of run ${judged.runId} is over: nobody renewed it for ${judged.leaseMs} ms; stopping the cluster`);
  const still = (lease: Lease | undefined): boolean =>
    lease?.runId === judged.runId && claimOf(lease) === claimOf(judged) && isLeaseOver(lease);
  const stopped = await endClaim(clusterDir, still, () => driverNamed(judged.driver).stop(clusterDir));
  log(stopped ? 'cluster stopped' : 'somebody else has the cluster by now; it is let alone');
}

/** Proxies are test equipment: their death says nothing about the broker, and they are started again at once. */
async function repairEquipment(clusterDir: string, lease: Lease | undefined): Promise<void> {
  const what =
    lease &&
    (await driverNamed(lease.driver)
      .repairEquipment(clusterDir)
      .catch((error: unknown) => String(error)));
  if (what !== undefined) log(what);
}

/** From now on this is the keeper of the cluster. The one of an older program, which watched until now, is ended: it ignores every other signal. */
function takeOver(clusterDir: string): void {
  const self: KeeperFile = { ...ownIdentity(), version: ownVersion() };
  const { startTicks } = self;
  // With the commands that it has started: what they were for is begun again.
  for (const id of findOwned((owner) => owner === keeperOwner(clusterDir))) {
    if (id.startTicks > startTicks || !signalProcess(id, 'SIGKILL')) continue;
    log(`took over from ${id.pid}`);
  }
  // Last: killed before it, this one leaves either the old keeper or none, and who comes next sees that. One that a full disk does not name is found by its mark.
  writeIfRoom(() => writeStored('keeper', clusterPaths(clusterDir).keeper, self));
}

/** Says once for each time that something changes which files of the cluster a newer program wrote. True while there is any: then everything is left alone. */
function createLeavesAlone(clusterDir: string): () => boolean {
  let told = '';
  return () => {
    const newer = newerOfCluster(clusterDir).join('; ');
    if (newer !== told) log(newer === '' ? 'this program can read the whole cluster again' : `left alone: ${newer}`);
    told = newer;
    return newer !== '';
  };
}

/**
 * Keeps one cluster until its lease is gone: recovers faults at their deadline, even if every other process is dead, and stops everything at the lease's end.
 * Stopping comes before recovering then: a cluster that nobody wants is not healed first.
 */
async function keep(clusterDir: string, faults: readonly Fault[], onGone: () => never): Promise<never> {
  const recoveries = recoveriesOf(clusterDir, faults);
  const tellAware = createAwareness(clusterDir);
  const leavesAlone = createLeavesAlone(clusterDir);
  // A first look before the one that may watch until now is ended.
  openTickets(clusterDir);
  takeOver(clusterDir);
  log(`keeping ${clusterDir}`);
  for (;;) {
    try {
      if (freeReserveIfLow(clusterDir)) log('the disk is full: its reserve was freed');
      if (leavesAlone()) {
        await sleepMs(LOOK_EVERY_MS);
        continue;
      }
      // Nothing is injected while this cannot be written.
      writeIfRoom(() => tellAware(vouched(openTickets(clusterDir), faults)));
      const lease = readLease(clusterDir);
      if (lease !== undefined && isLeaseOver(lease)) {
        await recoveries.ended();
        await endCluster(clusterDir, lease);
      } else {
        await repairEquipment(clusterDir, lease);
        // A run whose disk is full is over: its faults are ended at once.
        recoveries.beginDue(lease === undefined || whyDiskFull(clusterDir) !== null);
      }
      await mayGo(clusterDir, onGone);
    } catch (error) {
      log(`trying again: ${String(error)}`);
      await sleepMs(RETRY_AFTER_MS);
    }
    await sleepMs(LOOK_EVERY_MS);
  }
}

/** Under the lock under which keepers are started: a run that begins just now finds this keeper staying, or none. */
const mayGo = (clusterDir: string, onGone: () => never): Promise<void> =>
  withLock(clusterPaths(clusterDir).keeperLock, 60_000, () => {
    // A fault that outlives its cluster, and resists, keeps its keeper.
    const go = readLease(clusterDir) === undefined && openTickets(clusterDir).length === 0;
    if (go) {
      removeStored('keeper', clusterPaths(clusterDir).keeper);
      log('lease ended, going');
      onGone();
    }
    return Promise.resolve();
  });

/** Signals meant for a terminal's process group, or for a worker, do not end the one that cleans up after them. */
export async function keeperMain(clusterDir: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => log(`${signal} ignored`));
  endStoppedHolders(STOPPED_LIMIT_MS);
  // It ends in the hold of the lock: whoever starts the next one finds no process with its mark.
  await keep(clusterDir, allFaults, () => process.exit(0));
}
