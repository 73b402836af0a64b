import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/host/os/commands.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { faults } from '../../../src/host/faults/index.js';
import { networkPartition } from '../../../src/host/faults/network-partition.js';
import { namespacesOf } from '../../../src/host/os/namespaces.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import {
  driver,
  healthy,
  partitionOf,
  startCluster,
  unproved,
  type TestCluster,
} from '../../../testing/host-cluster.js';
import { canIsolate } from '../../../testing/isolation.js';

describe.each([
  ['proxies', 'toxiproxy', true],
  ['namespaces', 'nft', canIsolate],
] as const)('a network partition in %s', (network, injector, possible) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    if (possible) cluster = await startCluster(3, network);
  });
  afterAll(async () => {
    if (possible) await driver.stop(cluster.dir);
  });

  const plan = (victim: 'follower' | 'leader', target?: string) =>
    planFault(faults, cluster.plan, { scenario: partitionOf(victim, target) }, driver);
  const inject = (faultId: string) => injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
  const observe = (faultId: string, limitMs = 20_000) =>
    observeFault({ faults, clusterDir: cluster.dir, faultId, driver }, limitMs);
  const recover = (faultId: string) => recoverTicket({ faults, clusterDir: cluster.dir, faultId }, 'workflow', 30_000);
  const active = async (): Promise<string[]> => {
    if (network === 'proxies') return [...((await driver.network(cluster.dir)?.proxies?.active()) ?? [])];
    const tables = await Promise.all(
      namespacesOf(cluster.dir).map(async (name) => (await runCommand('nft', ['list', 'tables'], name)).stdout),
    );
    return tables.filter((text) => text !== '');
  };

  it.runIf(possible).each(['leader', 'follower'] as const)(
    'cuts the %s off from the others and nobody else, and goes away without a trace',
    async (victim) => {
      const ticket = await plan(victim);
      expect(ticket.injector).toBe(injector);
      expect((await observe(ticket.faultId, 0)).observed).toBe(false);
      await inject(ticket.faultId);
      const { observed, bite, leaders } = await observe(ticket.faultId);
      expect(unproved(bite)).toEqual([]);
      expect(observed).toBe(true);
      expect(bite.filter((row) => row.observed === 'no answer')).toHaveLength(2);
      expect(leaders.length > 0).toBe(victim === 'leader');
      const closed = await recover(ticket.faultId);
      expect(unproved(closed.healed)).toEqual([]);
      expect(await active()).toEqual([]);
      await healthy(cluster);
    },
  );

  it.runIf(possible)('may be injected twice, recovered twice, and recovered without having been injected', async () => {
    const { faultId } = await plan('follower');
    await inject(faultId);
    writeTicket({ ...readTicket(cluster.dir, faultId)!, state: 'injecting' });
    await inject(faultId);
    const closed = await recover(faultId);
    expect(await recover(faultId)).toEqual(closed);
    const never = await plan('follower');
    expect(unproved((await recover(never.faultId)).healed)).toEqual([]);
    expect(await active()).toEqual([]);
  });

  it.runIf(possible)(
    'is proved to be over on a host so busy that a first answer on each route comes too late',
    async () => {
      const { faultId } = await plan('follower');
      const late = new Set<string>();
      const busy = {
        ...driver,
        network: (dir: string) => {
          const own = driver.network(dir)!;
          const paths = async () =>
            (await own.paths()).map((path) => ({
              ...path,
              measureRoundTripMs: (limitMs?: number) => {
                if (late.has(path.name)) return path.measureRoundTripMs(limitMs);
                late.add(path.name);
                return Promise.reject(new Error('no answer'));
              },
            }));
          return { ...own, paths };
        },
      };
      const rows = await networkPartition.recover(
        readTicket(cluster.dir, faultId)!,
        { dir: cluster.dir, driver: busy },
        30_000,
      );
      expect([unproved(rows), late.size]).toEqual([[], 3]);
      await recover(faultId);
    },
  );

  it.runIf(possible)('is proved to be over although its node was killed while it was on', async () => {
    const { faultId, targets } = await plan('follower');
    await inject(faultId);
    await driver.killNode(cluster.dir, targets[0]!);
    const closed = await recover(faultId);
    expect(unproved(closed.healed)).toEqual([]);
    // It was started again, and the ticket says that it had died.
    expect(closed.died).toEqual(targets);
    expect(await active()).toEqual([]);
    await healthy(cluster);
  });
});
