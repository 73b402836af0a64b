import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { Scenario } from '../../domain/scenario.js';
import type { FaultCluster } from '../drivers/contract.js';
import { placeOf, type CgroupPlace, type Controller } from '../os/cgroup-place.js';
import { membersOf, putInGroup, readIn, removeGroup, type Settings } from '../os/cgroups.js';
import { isAlive } from '../os/processes.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';
import { provedBack } from './back-by-itself.js';
import { evidence } from './contract.js';
import { beforeOf, planVictim, type BeforeVictim } from './victim.js';

/** A group is removed within this much, or the recovery is tried again. */
const REMOVE_LIMIT_MS = 10_000;

/** Chooses the broker, and notes in which control group it is. */
export async function planInGroup(
  scenario: Scenario,
  cluster: FaultCluster,
  controller: Controller,
): Promise<FaultPlan> {
  const plan = await planVictim(scenario, cluster, 'cgroup');
  const { process } = plan.before as unknown as BeforeVictim;
  const place = placeOf(controller, process.pid);
  if (typeof place === 'string') throw new ChaosError('INJECT_FAILED', place);
  return { ...plan, reason: `${plan.reason}; cgroup v${place.version}`, before: { ...plan.before, place } };
}

export const placeBefore = ({ before }: FaultTicket): CgroupPlace => before['place'] as CgroupPlace;

/** Found again by the ticket alone, whoever looks. */
export const groupOf = (ticket: FaultTicket): string =>
  join(placeBefore(ticket).parent, `robustmq-chaos-${ticket.faultId}`);

/** Is the broker that was planned in our group, with these bounds? */
export function isInGroup(ticket: FaultTicket, settings: Settings): boolean {
  const { process } = beforeOf(ticket);
  const group = groupOf(ticket);
  const set = settings.every(([file, value]) => readIn(group, file) === value);
  return set && isAlive(process) && membersOf(group).includes(process.pid);
}

export const injectGroup = (ticket: FaultTicket, settings: Settings): void =>
  putInGroup(groupOf(ticket), settings, beforeOf(ticket).process);

/** A cluster that was stopped leaves the empty group behind, and nobody whose health could be asked. */
export async function recoverGroup(
  ticket: FaultTicket,
  cluster: FaultCluster,
  limitMs: number,
  lift: Settings,
): Promise<Evidence[]> {
  const group = groupOf(ticket);
  await removeGroup(group, lift, placeBefore(ticket).home, Math.min(limitMs, REMOVE_LIMIT_MS));
  const there = existsSync(group);
  const gone = evidence(`control group ${group}`, 'gone', there ? 'there' : 'gone', !there);
  const stopped = (await cluster.driver.status(cluster.dir)) === 'stopped';
  return stopped ? [gone] : [gone, await provedBack(ticket, cluster, limitMs)];
}
