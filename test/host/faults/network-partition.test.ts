import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/host/os/commands.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { observeFault } from '../../../src/host/lifecycle/observe.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { faults } from '../../../src/host/faults/index.js';
import { namespaceProblems, namespacesOf } from '../../../src/host/os/namespaces.js';
import { isAlive, signalProcess, waitGone } from '../../../src/host/os/processes.js';
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
import { ownedBy, until } from '../../../testing/processes.js';

const problems = namespaceProblems();
/** In continuous integration a machine that cannot do it is a failure, and not a reason to look away. */
const canIsolate = problems.length === 0 || process.env['CI'] === 'true';
if (!canIsolate) process.stderr.write(`skipped, clusters in network namespaces: ${problems.join('; ')}\n`);

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
    planFault(faults, cluster.plan, partitionOf(victim, target), driver);
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

describe.runIf(canIsolate)('the cut of a node in a namespace', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(3, 'namespaces');
  });

  const holders = () => ownedBy(`${cluster.dir}#holder-`);
  const table = async (namespace: unknown) => (await runCommand('nft', ['list', 'tables'], String(namespace))).stdout;
  const injected = async () => {
    const { faultId } = await planFault(faults, cluster.plan, partitionOf('follower'), driver);
    const ticket = await injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
    const { namespace } = ticket.before['own'] as { namespace: string };
    expect(await table(namespace)).toContain('robustmq_chaos');
    return { ticket, namespace };
  };

  it('is taken away by the kernel when its holder is killed', async () => {
    const { ticket, namespace } = await injected();
    for (const id of holders()) signalProcess(id, 'SIGKILL');
    await until('the table is gone', async () => (await table(namespace)) === '');
    await recoverTicket({ faults, clusterDir: cluster.dir, faultId: ticket.faultId }, 'workflow', 30_000);
  });

  it('ends at its deadline although worker and keeper are dead', async () => {
    const { ticket, namespace } = await injected();
    // Dead, and not only told to die: else it may see the deadline first.
    const keepers = ownedBy(`${cluster.dir}#keeper`);
    for (const id of keepers) expect(signalProcess(id, 'SIGKILL')).toBe(true);
    for (const id of keepers) expect(await waitGone(id, 5000)).toBe(true);
    writeTicket({ ...ticket, deadlineUs: 0 });
    await until('the table is gone', async () => (await table(namespace)) === '');
    await until('its holder is gone', () => holders().every((id) => !isAlive(id)));
    await recoverTicket({ faults, clusterDir: cluster.dir, faultId: ticket.faultId }, 'workflow', 30_000);
  });

  it('goes with the cluster when that is stopped, with all namespaces and interfaces', async () => {
    await injected();
    await driver.stop(cluster.dir);
    expect(namespacesOf(cluster.dir)).toEqual([]);
    expect(ownedBy(`${cluster.dir}#holder-`)).toEqual([]);
    expect((await runCommand('ip', ['-o', 'link'])).stdout).not.toMatch(/rqc[0-9a-f]{6}/);
  });
});
