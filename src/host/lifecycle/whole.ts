import { ChaosError, messageOf } from '../../domain/errors.js';
import { isNewer } from '../../domain/format.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { RunPlan } from '../../domain/plan.js';
import { tooBusyToTell } from '../../domain/host-trouble.js';
import type { ClusterDriver } from '../drivers/contract.js';
import { evidence } from '../faults/contract.js';
import { provedHealthy } from '../faults/victim.js';
import { now } from '../os/clock.js';
import { writeIfRoom } from '../os/files.js';
import { watchHost } from '../os/host-cpu.js';
import { markDirty } from '../tickets/dirty-mark.js';
import { refuseNewerCluster } from '../tickets/newer.js';
import { isOpen, listTickets } from '../tickets/store.js';

/**
 * Proof that all faults of a timeline are over, together: each may have been proved while others kept the cluster from being whole. Rejects, and marks the cluster dirty, if
 * that is not seen within the recovery budget: BROKER_NOT_BACK where nothing of ours stood in the way.
 */
export async function proveWhole(
  plan: Pick<RunPlan, 'clusterDir' | 'runId' | 'timing'>,
  scenario: string,
  driver: ClusterDriver,
  watch: typeof watchHost = watchHost,
): Promise<readonly Evidence[]> {
  const { clusterDir: dir, runId, timing } = plan;
  refuseNewerCluster(dir);
  const host = watch(dir);
  try {
    const tickets = listTickets(dir).filter((ticket) => ticket.runId === runId && ticket.scenario === scenario);
    const open = tickets.filter(isOpen).map(({ faultId }) => faultId);
    if (open.length > 0)
      throw new ChaosError('RECOVER_FAILED', `expected no fault that is on, found ${open.join(', ')}`);
    const [first] = tickets;
    if (first === undefined) throw new ChaosError('RECOVER_FAILED', `no ticket of scenario ${scenario} in ${dir}`);
    const nodes = await driver.nodes(dir);
    const busy = async (): Promise<string | undefined> => {
      const late = (await driver.nodes(dir)).every(({ alive }) => alive);
      return late ? tooBusyToTell(host.soFar()) : undefined;
    };
    const watched: ClusterDriver = {
      ...driver,
      equipmentProblem: async (of) => (await driver.equipmentProblem(of)) ?? (await busy()),
    };
    const all = { ...first, targets: nodes.map(({ id }) => id) };
    const healthy = await provedHealthy(all, { dir, driver: watched }, timing.recoveryBudgetMs);
    const rest = (await driver.network(dir)?.proxies?.active()) ?? [];
    if (rest.length > 0)
      throw new ChaosError('RECOVER_FAILED', `expected nothing in the proxies, found ${rest.join(', ')}`);
    const names = tickets.map(({ entry, faultId }) => entry ?? faultId).join(', ');
    return [evidence(`faults that are on, of ${names}`, 'none', 'none', true), healthy];
  } catch (error) {
    if (isNewer(error)) throw error;
    const mark = { faultId: `all of ${scenario}`, runId, at: now().at, why: messageOf(error) };
    writeIfRoom(() => markDirty(dir, mark));
    throw error;
  } finally {
    host.end();
  }
}
