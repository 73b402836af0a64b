import { ChaosError } from '../../domain/errors.js';
import type { FaultCluster, GroupLeader, Leaders, NodeView } from '../drivers/contract.js';
import type { ProcessId } from '../os/processes.js';
import type { FaultPlan } from '../tickets/ticket.js';
import type { AskedFault } from './contract.js';
import { leadersNow } from './others.js';

/** What a ticket of a fault that hits one broker keeps of the time before. */
export interface BeforeVictim {
  readonly process: ProcessId;
  readonly brokerHost: string;
  readonly brokerPort: number;
  readonly leaders: readonly GroupLeader[];
  /** Recorded, and no part of the proof. */
  readonly others: readonly GroupLeader[];
  /** Must another node take over what it led? Absent: where the params name the leader as the victim. */
  readonly handsOver?: boolean;
}

export const leadersOf = (leaders: Leaders): readonly GroupLeader[] => [leaders.cluster, ...leaders.load];

export const has = (ids: readonly string[] | undefined, suffix: string): boolean =>
  (ids ?? []).some((id) => id.endsWith(suffix));

/** The broker that was chosen, whatever it leads: others may be on, and no leader is moved. */
export async function planChosen(
  { target, chosen }: AskedFault,
  cluster: FaultCluster,
  injector: string,
): Promise<FaultPlan> {
  const { dir, driver, others } = cluster;
  const victim = (await driver.nodes(dir)).find((node) => node.id === target);
  if (victim?.alive !== true) throw new ChaosError('INJECT_FAILED', `expected ${target} to run, found no process`);
  const now = await leadersNow(cluster);
  const planned = planOf(victim, {
    now,
    groups: leadersOf(now),
    clients: await driver.connections(dir),
    injector,
  });
  // Beside another fault there may be nobody to take over.
  const handsOver = chosen === 'leader' && (others?.() ?? []).length === 0;
  return { ...planned, before: { ...planned.before, handsOver } };
}

/** What is written down of the broker that will be hit. */
export function planOf(
  victim: NodeView,
  {
    now,
    groups,
    clients,
    injector,
  }: {
    readonly now: Leaders;
    /** Those of them that the fault is about. */
    readonly groups: readonly GroupLeader[];
    readonly clients: Readonly<Record<string, readonly string[]>>;
    readonly injector: string;
  },
): FaultPlan {
  if (victim.process === null) throw new ChaosError('INJECT_FAILED', `expected ${victim.id} to run, found no process`);
  const led = groups.filter((group) => group.leader === victim.id);
  const connected = clients[victim.id] ?? [];
  const { process, brokerHost, brokerPort } = victim;
  const before: BeforeVictim = { process, brokerHost, brokerPort, leaders: groups, others: now.others ?? [] };
  const load = has(connected, '-pub') && has(connected, '-sub') ? 'a publisher and a subscriber of' : 'no full pair of';
  return {
    targets: [victim.id],
    injector,
    reason: `${victim.id} leads ${led.length} of ${groups.length} groups; ${load} the load among its ${connected.length} clients`,
    before: { ...before },
  };
}
