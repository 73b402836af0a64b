import { z } from 'zod';
import type { FaultCluster } from '../drivers/contract.js';
import { cgroupProblem } from '../os/cgroup-place.js';
import { counterIn, type Settings } from '../os/cgroups.js';
import { monotonicUs, sleepMs } from '../os/clock.js';
import { cpuTicksOf } from '../os/processes.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { groupOf, injectGroup, isInGroup, placeBefore, planInGroup, recoverGroup } from './in-group.js';
import { beforeOf, placeLeaders, takeover, victimParams } from './victim.js';

const params = victimParams.extend({
  /** Of one processor. */
  cpu_percent: z.number().int().min(1).max(100).default(2),
});

const PERIOD_US = 100_000;
/** A probe watches the broker for so many periods. */
const WATCHED_MS = 500;
const TICK_MS = 10;
/** What a broker may get beyond its quota while it is watched: the kernel hands the quota out in slices, and counts in ticks. */
const BEYOND_MS = 30;

const percentOf = (ticket: FaultTicket): number => params.parse(ticket.params).cpu_percent;
const quotaOf = (ticket: FaultTicket): number => (percentOf(ticket) / 100) * PERIOD_US;

function settingsOf(ticket: FaultTicket): Settings {
  const quota = quotaOf(ticket);
  if (placeBefore(ticket).version === 2) return [['cpu.max', `${quota} ${PERIOD_US}`]];
  return [
    ['cpu.cfs_period_us', String(PERIOD_US)],
    ['cpu.cfs_quota_us', String(quota)],
  ];
}

const liftOf = (ticket: FaultTicket): Settings =>
  placeBefore(ticket).version === 2 ? [['cpu.max', 'max']] : [['cpu.cfs_quota_us', '-1']];

/** What the kernel has counted so far. */
const countsOf = (ticket: FaultTicket) => ({
  us: monotonicUs(),
  ticks: cpuTicksOf(beforeOf(ticket).process.pid).ownTicks,
  periods: counterIn(groupOf(ticket), 'cpu.stat', 'nr_periods'),
  throttled: counterIn(groupOf(ticket), 'cpu.stat', 'nr_throttled'),
});

/** A quota that the broker does not reach starves nobody: the kernel must have held it back while it was watched. */
async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const inForce = isInGroup(ticket, settingsOf(ticket));
  const first = countsOf(ticket);
  if (inForce) await sleepMs(WATCHED_MS);
  const last = countsOf(ticket);
  const percent = percentOf(ticket);
  const usedMs = (last.ticks - first.ticks) * TICK_MS;
  const mostMs = Math.round(((last.us - first.us) / 1000) * (percent / 100)) + BEYOND_MS;
  const held = last.throttled - first.throttled;
  const { pid } = beforeOf(ticket).process;
  const rows = [
    evidence(`quota of process ${pid}`, `${percent} % of a processor`, inForce ? `${percent} %` : 'none', inForce),
    evidence(
      `periods in which the kernel held it back, of ${last.periods - first.periods}`,
      'at least 1',
      `${held} (${last.throttled} of ${last.periods} in all)`,
      held > 0,
    ),
    evidence('processor time meanwhile', `at most ${mostMs} ms`, `${usedMs} ms`, inForce && usedMs <= mostMs),
  ];
  const { leaders } = await takeover(ticket, cluster);
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders };
}

/** Gives one broker a small part of a processor, by the quota of a control group; over when the group is gone and the broker has caught up. */
export const cpuStarved: Fault = {
  kind: 'cpu-starved',
  targetKind: 'broker',
  recoveryBlame: 'equipment',
  params,
  holds: () => 'broker',
  about: {
    does: 'Gives one running broker no more than `cpu_percent` (default 2) percent of one processor: it is moved to a control group of its own with a CPU quota, in periods of 100 ms. It stays connected, and does everything late. How little hurts depends on the load: a broker that needs less is not starved.',
    needs:
      'Root, and control groups with the controller `cpu` that can be written (version 1 or 2; version 2 was not run on a real system).',
    bites:
      'The broker is in the group. While it was watched, the kernel held it back at least once (`nr_throttled`), and it did not get more than its quota.',
    over: 'The group is gone. The broker serves MQTT and is a member of every group. No replica lags. One that stays sick is restarted and blamed, as with fd-limit.',
    survives:
      'The keeper moves the broker back and removes the group at the deadline. A group outlives its cluster: the keeper then stays until it is removed.',
  },
  hostProblem: () => cgroupProblem('cpu'),
  available: () => Promise.resolve(undefined),
  prepare: placeLeaders,
  plan: (scenario, cluster) => planInGroup(scenario, cluster, 'cpu'),
  inject: async (ticket) => injectGroup(ticket, settingsOf(ticket)),
  probe,
  isInForce: (ticket) => Promise.resolve(isInGroup(ticket, settingsOf(ticket))),
  outlivesCluster: () => true,
  recover: (ticket, cluster, limitMs) => recoverGroup(ticket, cluster, limitMs, liftOf(ticket)),
};
