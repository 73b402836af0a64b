import { ChaosError, messageOf } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster } from '../drivers/contract.js';
import { endProcess } from '../os/processes.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { provedHealthy, victimOf } from './victim.js';

/** The share of the recovery budget that a broker has to come back by itself; the rest is for one that has to be restarted. */
const ALONE = 0.75;
const STOP_GRACE_MS = 5_000;

async function restart(ticket: FaultTicket, { dir, driver }: FaultCluster): Promise<void> {
  const victim = victimOf(ticket);
  const process = (await driver.nodes(dir)).find((node) => node.id === victim)?.process;
  if (process != null) await endProcess(process, STOP_GRACE_MS);
  await driver.startNode(dir, victim);
}

/**
 * A broker that lacked something for a while, and has it again, must come back without help. One that stays sick is restarted, so that the cluster becomes whole, and is blamed all the
 * same: the error says what was missing until then, and whether a restart was enough.
 */
export async function provedBack(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence> {
  const aloneMs = limitMs * ALONE;
  try {
    return await provedHealthy(ticket, cluster, aloneMs);
  } catch (error) {
    if (!(error instanceof ChaosError) || error.code !== 'BROKER_NOT_BACK') throw error;
    const after = await restart(ticket, cluster)
      .then(() => provedHealthy(ticket, cluster, limitMs - aloneMs))
      .then(
        () => `${victimOf(ticket)} had to be restarted, and that was enough`,
        (again: unknown) => `${victimOf(ticket)} was restarted, and that was not enough: ${messageOf(again)}`,
      );
    throw new ChaosError('BROKER_NOT_BACK', `the fault was over, but: ${error.message}; ${after}`);
  }
}
