import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkInterface } from '../../../src/host/drivers/contract.js';
import { faults } from '../../../src/host/faults/index.js';
import type { NetworkEffect, Work } from '../../../src/host/injectors/contract.js';
import { nft, TABLE } from '../../../src/host/injectors/nft.js';
import { confirmKeeper } from '../../../src/host/keeper/control.js';
import { injectFault } from '../../../src/host/lifecycle/inject.js';
import { planFault } from '../../../src/host/lifecycle/plan.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { runCommand } from '../../../src/host/os/commands.js';
import { namespacesOf } from '../../../src/host/os/namespaces.js';
import { isAlive, signalProcess, waitGone } from '../../../src/host/os/processes.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import { withNetwork } from '../../../testing/fake-cluster.js';
import { driver, partitionOf, startCluster, type TestCluster } from '../../../testing/host-cluster.js';
import { canIsolate } from '../../../testing/isolation.js';
import { ownedBy, until } from '../../../testing/processes.js';

const nodeInterface = (node: string | null, namespace: string | null, address: string): NetworkInterface => ({
  ...{ name: `${node ?? 'host'}.eth0`, node, namespace, device: 'eth0', address, ports: [1883] },
});
const work = (effect: NetworkEffect): Work => ({ effect, params: {} });
const cut = (node: string): Work => work({ kind: 'partition', node });
const three = withNetwork({
  interfaces: () => [
    nodeInterface('n1', 'rqc-n1', '10.0.0.1'),
    nodeInterface('n2', 'rqc-n2', '10.0.0.2'),
    nodeInterface('n3', 'rqc-n3', '10.0.0.3'),
    nodeInterface(null, null, '10.0.0.254'),
  ],
});

describe('a cut by nftables', () => {
  it('is no delay, and needs a namespace for each node', async () => {
    const delay = work({ kind: 'delay', delayMs: 1, jitterMs: 0, target: 'lo' });
    expect(await nft.unavailableReason(delay, three)).toMatch(/not delay/);
    for (const none of [undefined, { interfaces: () => [nodeInterface('n1', null, '127.0.0.1')] }])
      expect(await nft.unavailableReason(cut('n1'), withNetwork(none))).toMatch(/cluster\.network: namespaces/);
  });

  it('is planned in the namespace of its node, against the addresses of all others and nobody else', async () => {
    const { own, touches, riseFactor } = await nft.plan(cut('n2'), three);
    expect(own).toEqual({ namespace: 'rqc-n2', others: ['10.0.0.1', '10.0.0.3'] });
    expect(touches).toContain('n2.eth0 drops everything from and to 10.0.0.1, 10.0.0.3');
    expect(
      riseFactor({ name: 'n1-n2', kind: 'route', nodes: ['n1', 'n2'], measureRoundTripMs: () => Promise.resolve(1) }),
    ).toBe(0);
    await expect(nft.plan(cut('n9'), three)).rejects.toThrow('n9');
  });

  it('of a namespace that is gone is over', async () => {
    const injection = { ...cut('n2'), faultId: 'f1', own: { namespace: 'rqc-none', others: [] } };
    expect(await nft.active(injection, three)).toEqual([]);
    expect(await nft.isWhole(injection, three)).toBe(false);
    await nft.clear(injection, three);
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
    const { faultId } = await planFault(faults, cluster.plan, { scenario: partitionOf('follower') }, driver);
    const ticket = await injectFault({ faults, clusterDir: cluster.dir, faultId, driver }, confirmKeeper);
    const { namespace } = ticket.before['own'] as { namespace: string };
    expect(await table(namespace)).toContain(TABLE);
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
