import { readFileSync } from 'node:fs';
import type { HostCpu } from '../../domain/client-result.js';
import { watchLateness } from './lateness.js';
import { cpuTicksOf, findOwned, ownerOf } from './processes.js';

/** Processor time since the host, or the process, began: in clock ticks, of which only ratios are used. */
export interface CpuTicks {
  readonly total: number;
  readonly idle: number;
  /** The clients that were asked for, with this process, which watches them; of no clients: 0. */
  readonly clients: number;
  /** Each process of the cluster under test by pid: brokers, proxies, keeper. */
  readonly cluster: ReadonlyMap<number, number>;
}

/** @param isClient by its owner mark. Clients that have ended are counted among the reaped children of this process. */
export function cpuTicks(clusterDir: string, isClient?: (owner: string) => boolean): CpuTicks {
  const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  // user nice system idle iowait irq softirq steal; what follows is part of the first two.
  const times = first.trim().split(/\s+/).slice(1, 9).map(Number);
  const clients: number[] = [];
  const cluster: number[] = [];
  for (const { pid } of findOwned((owner) => owner.startsWith(`${clusterDir}#`))) {
    const owner = ownerOf(pid) ?? '';
    if (isClient?.(owner) === true) clients.push(pid);
    else if (!owner.startsWith(`${clusterDir}#clients-`)) cluster.push(pid);
  }
  const reaped = isClient === undefined ? 0 : cpuTicksOf(process.pid).reapedTicks;
  return {
    total: times.reduce((sum, ticks) => sum + ticks, 0),
    idle: (times[3] ?? 0) + (times[4] ?? 0),
    clients: clients.reduce((sum, pid) => sum + cpuTicksOf(pid).ownTicks, reaped),
    cluster: new Map(cluster.map((pid) => [pid, cpuTicksOf(pid).ownTicks])),
  };
}

/** Who had the host's processors between two looks, in whole percent of all of them; null if no time has passed. */
export function cpuShares(from: CpuTicks, to: CpuTicks): Omit<HostCpu, 'latePercent'> | null {
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

/** What the host was like since it is watched. */
export interface HostWatch {
  readonly soFar: () => HostCpu | null;
  readonly end: () => void;
}

/** Watches the host while something is waited for: who has its processors, and whether this process gets any. */
export function watchHost(clusterDir: string, isClient?: (owner: string) => boolean): HostWatch {
  const from = cpuTicks(clusterDir, isClient);
  const lateness = watchLateness();
  return {
    soFar: () => {
      const shares = cpuShares(from, cpuTicks(clusterDir, isClient));
      return shares && { ...shares, latePercent: lateness.latePercent() };
    },
    end: lateness.end,
  };
}
