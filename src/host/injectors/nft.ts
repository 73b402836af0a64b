import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from '../os/clock.js';
import { runCommand } from '../os/commands.js';
import { clusterPaths } from '../layout/paths.js';
import type { NetworkInterface, FaultCluster } from '../drivers/contract.js';
import { childEnvironment, findOwned, spawnDetached, sweepOwned } from '../os/processes.js';
import { installRoot } from '../os/tools.js';
import type { Injection, Injector } from './contract.js';
import { interfacesOf } from './interfaces.js';

/** The table that holds a cut: the kernel removes it when the process that owns it is gone, and lets nobody else touch it. */
export const TABLE = 'robustmq_chaos';

const CHANGE_LIMIT_MS = 5000;

/** A process of its own that owns the table, and ends itself at the ticket's deadline: see `nft-owner-main.ts`. */
const holderEntry = join(installRoot, 'dist', 'host', 'injectors', 'nft-owner-main.js');

const ownerOf = (dir: string, faultId: string): string => `${dir}#holder-${faultId}`;

const inNamespaces = (cluster: FaultCluster): readonly NetworkInterface[] =>
  interfacesOf(cluster).filter((each) => each.namespace !== null && each.node !== null);

const namespaceIn = ({ own }: Injection): string => own['namespace'] as string;

/** Tables of ours in the namespace; none where the namespace is gone. */
async function tables(injection: Injection): Promise<string[]> {
  const { code, stdout } = await runCommand('nft', ['list', 'tables'], namespaceIn(injection));
  if (code !== 0) return [];
  return stdout
    .split('\n')
    .filter((line) => line.endsWith(` ${TABLE}`))
    .map((line) => `${namespaceIn(injection)}: ${line}`);
}

async function inject(injection: Injection, { dir }: FaultCluster): Promise<void> {
  const owner = ownerOf(dir, injection.faultId);
  if (findOwned((found) => found === owner).length === 0) {
    await spawnDetached({
      command: process.execPath,
      args: [holderEntry, dir, injection.faultId],
      env: childEnvironment(owner, {}),
      cwd: dir,
      logFile: clusterPaths(dir).nftOwnerLog,
    });
  }
  const there = await pollUntil(async () => (await tables(injection)).length > 0 || undefined, {
    limitMs: CHANGE_LIMIT_MS,
    everyMs: 25,
  });
  if (there !== true)
    throw new Error(`nft: the table did not appear in ${namespaceIn(injection)}; see ${clusterPaths(dir).nftOwnerLog}`);
}

async function clear(injection: Injection, { dir }: FaultCluster): Promise<void> {
  await sweepOwned((found) => found === ownerOf(dir, injection.faultId));
  await pollUntil(async () => (await tables(injection)).length === 0 || undefined, {
    limitMs: CHANGE_LIMIT_MS,
    everyMs: 25,
  });
}

/** A cut by nftables in the node's own network namespace, in a table that lives no longer than its holder. */
export const nft: Injector = {
  name: 'nft',
  about: {
    does: 'Cuts. A table in the network namespace of the node drops every packet from and to the other nodes.',
    needs: '`cluster.network: namespaces`, root, nftables.',
    ends: 'A process of its own owns the table (`flags owner`). When that process dies, for any reason, the kernel removes the table. The process ends itself at the deadline.',
  },
  outlivesCluster: false,
  unavailableReason: async ({ effect }, cluster) => {
    if (effect.kind !== 'partition') return 'it can cut, but not delay';
    if (inNamespaces(cluster).length === 0) return 'the nodes have no network namespaces (cluster.network: namespaces)';
    const { code, stderr } = await runCommand('nft', ['list', 'tables']);
    if (code !== 0) return `nft does not work here (${stderr.trim().split('\n')[0] ?? ''}); it needs nftables and root`;
    return existsSync(holderEntry) ? undefined : `${holderEntry} is missing; run npm run build`;
  },
  plan: ({ effect }, cluster) => {
    const node = effect.kind === 'partition' ? effect.node : '';
    const all = inNamespaces(cluster);
    const mine = all.find((each) => each.node === node);
    if (mine === undefined) return Promise.reject(new Error(`no network namespace of ${node}`));
    const others = all.filter((each) => each.node !== node).map(({ address }) => address);
    return Promise.resolve({
      own: { namespace: mine.namespace, others },
      touches: `${mine.name} drops everything from and to ${others.join(', ')}; its clients still reach it`,
      riseFactor: () => 0,
    });
  },
  inject,
  active: tables,
  isWhole: async (injection) => (await tables(injection)).length > 0,
  clear,
};
