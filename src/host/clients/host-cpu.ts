import { readFileSync } from 'node:fs';
import type { HostCpu } from '../../domain/client-result.js';
import { cpuTicksOf, findOwned, ownerOf } from '../os/processes.js';
import { isOfPhase } from './phase.js';

/** Processor time since the host, or the process, began: in clock ticks, of which only ratios are used. */
export interface CpuTicks {
  readonly total: number;
  readonly idle: number;
  /** The clients of a phase with their watcher. */
  readonly clients: number;
  /** Each process of the cluster under test by pid: brokers, proxies, keeper. */
  readonly cluster: ReadonlyMap<number, number>;
}

/** To be called by the process that watches the phase of this owner: clients that have ended are counted among its reaped children. */
export function cpuTicks(phaseOwner: string): CpuTicks {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  // user nice system idle iowait irq softirq steal; what follows is part of the first two.
  const times = first.trim().split(/\s+/).slice(1, 9).map(Number);
  const clusterDir = phaseOwner.slice(0, phaseOwner.indexOf('#') + 1);
  const clients: number[] = [];
  const cluster: number[] = [];
  for (const { pid } of findOwned((owner) => owner.startsWith(clusterDir))) {
    const owner = ownerOf(pid) ?? '';
    if (isOfPhase(phaseOwner, owner)) clients.push(pid);
    else if (!owner.startsWith(`${clusterDir}clients-`)) cluster.push(pid);
  }
  return {
    total: times.reduce((sum, ticks) => sum + ticks, 0),
    idle: (times[3] ?? 0) + (times[4] ?? 0),
    clients: clients.reduce((sum, pid) => sum + cpuTicksOf(pid).ownTicks, cpuTicksOf(process.pid).reapedTicks),
    cluster: new Map(cluster.map((pid) => [pid, cpuTicksOf(pid).ownTicks])),
  };
}

/** Who had the host's processors between two looks, in whole percent of all of them; null if no time has passed. */
export function cpuShares(from: CpuTicks, to: CpuTicks): HostCpu | null {
  const total = to.total - from.total;
  if (total <= 0) return null;
  const percent = (ticks: number): number => Math.round((Math.max(0, ticks) * 100) / total);
  const cluster = [...to.cluster].reduce((sum, [pid, ticks]) => sum + ticks - (from.cluster.get(pid) ?? 0), 0);
  return {
    busyPercent: percent(total - (to.idle - from.idle)),
    clusterPercent: percent(cluster),
    clientsPercent: percent(to.clients - from.clients),
  };
}
