import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { FaultCluster } from '../drivers/contract.js';
import { emptyDisk, fillDisk, isFilled, keepFull, trialWrite } from '../os/full-disk.js';
import { diskProblem, type LoopDisk } from '../os/loop-disks.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { provedBack } from './back-by-itself.js';
import { evidence, type Fault, type ProbeResult } from './contract.js';
import { placeLeaders, planVictim, takeover, victimOf, victimParams } from './victim.js';

const diskOf = ({ before }: FaultTicket): LoopDisk => before['disk'] as LoopDisk;

/** What a broker frees on a full disk does not stay free: somebody else writes there. */
function isInForce(ticket: FaultTicket): boolean {
  const { folder } = diskOf(ticket);
  keepFull(folder);
  return isFilled(folder);
}

async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const { folder } = diskOf(ticket);
  const filled = isInForce(ticket);
  const heard = trialWrite(folder);
  const victim = victimOf(ticket);
  const rows = [
    evidence(
      `room on the disk of ${victim}`,
      'taken by a file of ours',
      filled ? 'taken by a file of ours' : 'not taken',
      filled,
    ),
    evidence(`a write of ours on the disk of ${victim}`, 'ENOSPC', heard, heard === 'ENOSPC'),
  ];
  const { leaders } = await takeover(ticket, cluster);
  return { biting: rows.every((row) => row.ok), evidence: rows, leaders };
}

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const { folder } = diskOf(ticket);
  const victim = victimOf(ticket);
  emptyDisk(folder);
  const heard = trialWrite(folder);
  // One that has ended on a full disk has done what it could.
  await cluster.driver.startNode(cluster.dir, victim);
  const row = evidence(`a write of ours on the disk of ${victim}`, 'written', heard, heard === 'written');
  return [row, await provedBack(ticket, cluster, limitMs)];
}

/** Takes all the room on the disk of one broker; over when there is room again and the broker is well. */
export const diskFull: Fault = {
  kind: 'disk-full',
  targetKind: 'broker',
  recoveryBlame: 'equipment',
  params: victimParams,
  startedWith: () => ({ disks: 'ext4' }),
  about: {
    does: 'Takes all the room on the disk of one running broker by a file of ours, and what the broker frees meanwhile. Each write that needs room fails in it with ENOSPC ("no space left on device"). `victim` as with broker-kill.',
    needs:
      'A cluster of its own, started with a disk of 512 MB for each node, in a file: root with CAP_SYS_ADMIN, loop devices, ext4, and a driver that can (nats, robustmq). Before and after it the run has a plain cluster.',
    bites: 'The file is there, and a write of ours on the same disk fails with ENOSPC.',
    over: 'A write of ours on the same disk succeeds. The broker serves MQTT and is a member of every group. No replica lags. One that has ended is started. One that stays sick although it has room is restarted and blamed, as with fd-limit.',
    survives: 'The keeper removes the file at the deadline, or stops the cluster and unmounts its disks.',
  },
  hostProblem: () => diskProblem(['fallocate']),
  available: () => Promise.resolve(undefined),
  prepare: placeLeaders,
  plan: async (scenario, cluster) => {
    const plan = await planVictim(scenario, cluster, 'ext4');
    const [victim = ''] = plan.targets;
    const disk = (await cluster.driver.nodes(cluster.dir)).find(({ id }) => id === victim)?.disk;
    if (disk === undefined)
      throw new ChaosError('INJECT_FAILED', `expected ${victim} to have a disk of its own, found none`);
    return { ...plan, before: { ...plan.before, disk } };
  },
  inject: (ticket) => fillDisk(diskOf(ticket).folder),
  probe,
  isInForce: (ticket) => Promise.resolve(isInForce(ticket)),
  intendedDown: (ticket) => ticket.targets,
  recover,
};
