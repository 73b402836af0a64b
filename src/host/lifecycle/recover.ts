import { blameOfError, ChaosError, messageOf } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import { isNewer } from '../../domain/format.js';
import { tooBusyToTell } from '../../domain/host-trouble.js';
import { watchHost } from '../os/host-cpu.js';
import { now } from '../os/clock.js';
import { writeIfRoom } from '../os/files.js';
import { markDirty } from '../tickets/dirty-mark.js';
import type { ClusterDriver, FaultCluster } from '../drivers/contract.js';
import { notBack } from '../drivers/equipment.js';
import { hasEndedAtOnce } from '../drivers/spawn-broker.js';
import { driverNamed } from '../drivers/index.js';
import type { Fault } from '../faults/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { claimOf } from '../tickets/claim.js';
import { readLease } from '../tickets/lease.js';
import { refuseNewerCluster } from '../tickets/newer.js';
import { downByOthers } from './also-on.js';
import { clusterOf, type FaultHandle } from './fault-handle.js';
import { readTicket, withTicket, writeTicket } from '../tickets/store.js';

/** Callers of a recovery: the report says who it was. */
export type Recoverer = 'workflow' | 'keeper' | 'worker' | 'command';

/** A row that did not hold proves nothing. */
async function allProved(
  { recoveryBlame }: Fault,
  rows: readonly Evidence[],
  cluster: FaultCluster,
): Promise<readonly Evidence[]> {
  const bad = rows.filter((row) => !row.ok).map((row) => `${row.what}: expected ${row.expected}, got ${row.observed}`);
  if (bad.length === 0) return rows;
  const what = bad.join('; ');
  throw recoveryBlame === 'broker' ? await notBack(cluster, what) : new ChaosError('RECOVER_FAILED', what);
}

/**
 * Brokers that died by themselves while the fault was on are started again, so that the cluster becomes whole; the ticket says which they were. They
 * are written down before they are started: after a crash in between, the next attempt still knows.
 */
async function reviveOthers(faults: readonly Fault[], fault: Fault, ticket: FaultTicket): Promise<FaultTicket> {
  const driver = driverNamed(ticket.driver);
  // Another fault may begin or end while this looks: what it means to be dead before or after has not died by itself.
  const before = downByOthers(faults, ticket);
  const nodes = await driver.nodes(ticket.clusterDir);
  const meant = [...(fault.intendedDown?.(ticket) ?? []), ...before, ...downByOthers(faults, ticket)];
  const dead = nodes.filter((node) => !node.alive && !meant.includes(node.id)).map((node) => node.id);
  if (dead.length === 0) return ticket;
  const noted = { ...ticket, died: [...new Set([...ticket.died, ...dead])] };
  writeIfRoom(() => writeTicket(noted));
  for (const id of dead) await driver.startNode(ticket.clusterDir, id);
  return noted;
}

/** A program that does not know the fault is older than the one that planned it: nothing is tried, and nothing is written. */
const unknownKind = ({ faultId, kind }: FaultTicket): string =>
  `ticket ${faultId}: unknown fault ${kind}, which a newer program planned; install that program, or a newer one`;

/** Was its cluster stopped, and is what runs there now another one? */
function isOfEarlierCluster({ clusterDir, claim = 0 }: FaultTicket): boolean {
  const now = claimOf(readLease(clusterDir));
  return claim > 0 && now > claim;
}

function closeTicket(ticket: FaultTicket, by: Recoverer, healed: readonly Evidence[]): FaultTicket {
  const { at, us } = now();
  const closed: FaultTicket = {
    ...ticket,
    state: 'recovered',
    recoveredAt: at,
    recoveredUs: us,
    recoveredBy: by,
    healed,
  };
  // On a full disk it is over all the same; the keeper writes it down when it can.
  writeIfRoom(() => writeTicket(closed));
  return closed;
}

/**
 * Recovers one fault from its ticket alone, and proves it. Safe from several callers at once and twice: a ticket that is recovered stays so.
 * `still` is asked in the hold of the ticket: one that was renewed since it was judged is left alone.
 * It needs no room on the disk: what cannot be written down is done first.
 * If the proof does not come within `limitMs` it rejects with RECOVER_FAILED: the ticket stays open as `stuck`, due for the keeper, and the cluster is
 * marked dirty.
 */
export function recoverTicket(
  { faults, clusterDir, faultId }: Omit<FaultHandle, 'driver'>,
  by: Recoverer,
  limitMs: number,
  still: (ticket: FaultTicket) => boolean = () => true,
): Promise<FaultTicket> {
  return withTicket(clusterDir, faultId, limitMs + 30_000, async () => {
    refuseNewerCluster(clusterDir);
    const found = readTicket(clusterDir, faultId);
    if (found === undefined) throw new ChaosError('RECOVER_FAILED', `no ticket ${faultId} in ${clusterDir}`);
    if (found.state === 'recovered' || !still(found)) return found;
    let ticket = found;
    const fault = faults.find((f) => f.kind === ticket.kind);
    if (fault === undefined) throw new ChaosError('RECOVER_FAILED', unknownKind(ticket));
    const host = watchHost(clusterDir);
    try {
      const driver = driverNamed(ticket.driver);
      const stopped = isOfEarlierCluster(found) || (await driver.status(clusterDir)) === 'stopped';
      const gone = stopped && fault.outlivesCluster?.(ticket) !== true;
      // Before anything else, and again whenever the proof looks: another broker may die while it is awaited.
      const revive = async (): Promise<void> => void (ticket = await reviveOthers(faults, fault, ticket));
      // A broker that is not there has failed on any host; one that is only late may be so because the host is.
      const busy = async (): Promise<string | undefined> => {
        const meant = downByOthers(faults, ticket);
        const nodes = (await driver.nodes(clusterDir)).filter(({ id }) => !meant.includes(id));
        const late = ticket.died.length === 0 && nodes.every((node) => node.alive);
        return late ? tooBusyToTell(host.soFar()) : undefined;
      };
      const watched: ClusterDriver = {
        ...driver,
        unhealthy: (dir) => revive().then(() => driver.unhealthy(dir)),
        equipmentProblem: async (dir) => (await driver.equipmentProblem(dir)) ?? (await busy()),
      };
      const cluster = clusterOf(faults, ticket, watched);
      if (!stopped) await revive();
      const healed = gone
        ? [{ what: 'cluster', expected: 'stopped, and the fault with it', observed: 'stopped', ok: true }]
        : await allProved(fault, await fault.recover(ticket, cluster, limitMs), cluster);
      return closeTicket(ticket, by, healed);
    } catch (error) {
      // A newer program has come meanwhile.
      if (isNewer(error)) throw error;
      // A broker is blamed only after a look at what is ours.
      const said = hasEndedAtOnce(error)
        ? await notBack({ dir: clusterDir, driver: driverNamed(ticket.driver) }, messageOf(error))
        : error;
      const message = messageOf(said);
      const { at, us } = now();
      if (!isOfEarlierCluster(ticket))
        writeIfRoom(() => markDirty(clusterDir, { faultId, runId: ticket.runId, at, why: message }));
      // Due for the keeper from now on. Written in this hold: it may be waiting for the ticket already, and would keep everybody else from it for long.
      const deadlineUs = Math.min(ticket.deadlineUs, us);
      const lastRecoverBlame = blameOfError(said);
      writeIfRoom(() =>
        writeTicket({ ...ticket, state: 'stuck', deadlineUs, lastRecoverError: message, lastRecoverBlame }),
      );
      throw said instanceof ChaosError ? said : new ChaosError('RECOVER_FAILED', message);
    } finally {
      host.end();
    }
  });
}
