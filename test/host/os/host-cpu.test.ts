import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { cpuShares, cpuTicks, watchHost, type CpuTicks } from '../../../src/host/os/host-cpu.js';
import { pollUntil } from '../../../src/host/os/clock.js';
import { childEnvironment } from '../../../src/host/os/processes.js';
import { standStill, temporaryFolder } from '../../../testing/processes.js';

const ticks = (change: Partial<CpuTicks>): CpuTicks => ({
  ...{ total: 0, idle: 0, clients: 0, cluster: new Map<number, number>() },
  ...change,
});

it('a host is watched until that ends: who has its processors, and how late this process is', async () => {
  const host = watchHost(temporaryFolder());
  try {
    standStill(2000);
    const seen = await pollUntil(() => Promise.resolve(host.soFar() ?? undefined), { limitMs: 5000, everyMs: 20 });
    expect(seen).toMatchObject({ clusterPercent: 0, clientsPercent: 0 });
    expect(seen?.latePercent).toBeGreaterThan(50);
  } finally {
    host.end();
  }
});

describe('who had the processors', () => {
  it('is told in percent of all of them', () => {
    const from = ticks({ total: 1000, idle: 500, clients: 10, cluster: new Map([[7, 100]]) });
    const to = ticks({
      total: 2000,
      idle: 700,
      clients: 70,
      cluster: new Map([
        [7, 300],
        [8, 50],
      ]),
    });
    expect(cpuShares(from, to)).toEqual({ busyPercent: 80, clusterPercent: 25, clientsPercent: 6 });
  });

  it('counts no broker that is gone against the others, and has nothing to say of no time at all', () => {
    const from = ticks({
      total: 1000,
      cluster: new Map([
        [7, 900],
        [8, 10],
      ]),
    });
    const to = ticks({ total: 1100, idle: 100, cluster: new Map([[8, 20]]) });
    expect(cpuShares(from, to)).toEqual({ busyPercent: 0, clusterPercent: 10, clientsPercent: 0 });
    expect(cpuShares(from, from)).toBeNull();
  });

  it('tells processes of the cluster from clients of the phase and from strangers', async () => {
    const clusterDir = temporaryFolder();
    const phase = `${clusterDir}#clients-validation`;
    const isClient = (owner: string): boolean => owner.startsWith(`${phase}/`);
    const spin = (owner: string) =>
      spawn(process.execPath, ['-e', 'for (;;) ;'], { env: childEnvironment(owner, {}), stdio: 'ignore' });
    const spinning = [spin(`${clusterDir}#node-n1`), spin(`${phase}/go`), spin(`${clusterDir}x#node-n1`)];
    try {
      const from = cpuTicks(clusterDir, isClient);
      const grown = await pollUntil(
        () => {
          const now = cpuTicks(clusterDir, isClient);
          const [cluster = 0] = now.cluster.values();
          const both = cluster > 30 && now.clients > from.clients + 30;
          return Promise.resolve(both ? now : undefined);
        },
        { limitMs: 20_000, everyMs: 50 },
      );
      expect(grown?.cluster.size).toBe(1);
      const shares = cpuShares(from, grown as CpuTicks);
      const { busyPercent = 0, clusterPercent = 0, clientsPercent = 0 } = shares ?? {};
      expect(clusterPercent).toBeGreaterThan(0);
      expect(clientsPercent).toBeGreaterThan(0);
      // Rounded, and not read at one instant.
      expect(clusterPercent + clientsPercent).toBeLessThanOrEqual(busyPercent + 3);
    } finally {
      for (const child of spinning) child.kill('SIGKILL');
      await Promise.all(
        spinning.filter((child) => child.exitCode === null && child.signalCode === null).map((c) => once(c, 'exit')),
      );
    }
  });
});
