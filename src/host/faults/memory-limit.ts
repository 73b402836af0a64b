import { z } from 'zod';
import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster } from '../drivers/contract.js';
import { cgroupProblem } from '../os/cgroup-place.js';
import { counterIn, readIn, setInGroup, type Settings } from '../os/cgroups.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { groupOf, injectGroup, isInGroup, placeBefore, planInGroup, recoverGroup } from './in-group.js';
import { beforeOf, placeLeaders, takeover, victimOf, victimParams } from './victim.js';

const params = victimParams.extend({
  /** What the broker may take beyond what it has. */
  spare_mb: z.number().int().min(1).max(100_000).default(4),
});

const spareOf = (ticket: FaultTicket): number => params.parse(ticket.params).spare_mb;

const bound = (ticket: FaultTicket, one: string, two: string): Settings =>
  placeBefore(ticket).version === 2 ? [['memory.max', two]] : [['memory.limit_in_bytes', one]];

function settingsOf(ticket: FaultTicket): Settings {
  const bytes = String(spareOf(ticket) * 1024 * 1024);
  return bound(ticket, bytes, bytes);
}

const liftOf = (ticket: FaultTicket): Settings => bound(ticket, '-1', 'max');

/** How often the broker wanted more than there was, by the kernel's counter. */
const timesFull = (ticket: FaultTicket): number =>
  placeBefore(ticket).version === 2
    ? counterIn(groupOf(ticket), 'memory.events', 'max')
    : Number(readIn(groupOf(ticket), 'memory.failcnt') || 0);

/** How often the kernel killed it for that. */
const timesKilled = (ticket: FaultTicket): number =>
  counterIn(groupOf(ticket), placeBefore(ticket).version === 2 ? 'memory.events' : 'memory.oom_control', 'oom_kill');

const isInForce = (ticket: FaultTicket): boolean => isInGroup(ticket, settingsOf(ticket)) || timesKilled(ticket) > 0;

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const spare = spareOf(ticket);
  const { pid } = beforeOf(ticket).process;
  const killed = timesKilled(ticket);
  const limited = isInForce(ticket);
  const full = timesFull(ticket);
  const seen = killed > 0 ? 'killed by the kernel for want of memory' : `${spare} MB`;
  const rows = [
    evidence(`new memory of process ${pid}`, `at most ${spare} MB`, limited ? seen : 'not limited', limited),
    evidence('times that it wanted more, by the kernel', 'at least 1', String(full), full > 0),
  ];
  const { leaders } = await takeover(ticket, cluster);
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders };
}

/** The bound goes first, and the group last: as long as it is there, its counter says that a dead broker was killed by this fault. */
async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  setInGroup(groupOf(ticket), liftOf(ticket));
  const { dir, driver } = cluster;
  if ((await driver.status(dir)) !== 'stopped') await driver.startNode(dir, victimOf(ticket));
  return recoverGroup(ticket, cluster, limitMs, liftOf(ticket));
}

/** Lets one broker take only a little more memory than it has, by the limit of a control group; over when the group is gone and the broker has caught up. */
export const memoryLimit: Fault = {
  kind: 'memory-limit',
  targetKind: 'broker',
  recoveryBlame: 'equipment',
  params,
  holds: () => 'broker',
  about: {
    does: 'Lets one running broker take `spare_mb` (default 4) MB of memory beyond what it has: it is moved to a control group of its own with that limit. What it had before the move is not counted. Counted are new memory, and the files that it writes and reads: the kernel drops these from its cache first, and kills the broker when that is not enough. Swap is not limited.',
    needs:
      'Root, and control groups with the controller `memory` that can be written (version 1 or 2; version 2 was not run on a real system). A load that makes the broker take more memory.',
    bites:
      'The broker is in the group, or the kernel has killed it there (`oom_kill`). It wanted more than the limit at least once (`memory.failcnt`; version 2: `max` of `memory.events`).',
    over: 'The group is gone. A broker that the kernel killed was started again. It serves MQTT and is a member of every group. No replica lags. One that stays sick is restarted and blamed, as with fd-limit.',
    survives: 'As with cpu-starved.',
  },
  hostProblem: () => cgroupProblem('memory'),
  available: () => Promise.resolve(undefined),
  prepare: placeLeaders,
  plan: (scenario, cluster) => planInGroup(scenario, cluster, 'memory'),
  inject: async (ticket) => injectGroup(ticket, settingsOf(ticket)),
  probe,
  isInForce: (ticket) => Promise.resolve(isInForce(ticket)),
  intendedDown: (ticket) => (timesKilled(ticket) > 0 ? ticket.targets : []),
  outlivesCluster: () => true,
  recover,
};
