import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { mustRun, namespaceFile, runCommand, type CommandResult } from './commands.js';

/** One node's place: its namespace, and its address on the bridge. Inside, its interface is `eth0`. */
export interface NodePlace {
  readonly namespace: string;
  readonly address: string;
}

export const NODE_DEVICE = 'eth0';

/** Names are derived from the state folder, so that they are found after a crash without any file. */
/** The bridge of a cluster, and how the names of its namespaces begin. */
export const prefixOf = (clusterDir: string): string =>
  `rqc${createHash('sha256').update(clusterDir).digest('hex').slice(0, 6)}`;

const namespaceOf = (prefix: string, node: string): string => `${prefix}-${node}`;

const ip = (...args: string[]): Promise<string> => mustRun(runCommand, 'ip', args);

/** Why this machine cannot have namespaces; empty if it can. */
export function namespaceProblems(): string[] {
  const problems: string[] = [];
  if (process.getuid?.() !== 0) problems.push('cluster.network: namespaces needs root; without it: proxies');
  for (const [tool, debian] of [
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
    ['nsenter', 'util-linux'],
  ] as const) {
    const found = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(`${folder}/${tool}`));
    if (!found) problems.push(`${tool}: expected for cluster.network: namespaces, found nowhere; install ${debian}`);
  }
  return problems;
}

/** 10.201–10.254 / 24, the first that no interface of this host is in. */
function freeNetwork(): string {
  const used = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const start = Math.floor(Math.random() * 250);
  for (let i = 0; i < 54 * 250; i += 1) {
    const network = `10.${201 + (Math.floor(i / 250) % 54)}.${(start + i) % 250}`;
    if (!used.some((address) => address.startsWith(`${network}.`))) return network;
  }
  throw new Error('no free network between 10.201.0.0/24 and 10.254.249.0/24');
}

/** A bridge on this host, and one namespace with an interface on it for each node. What was left of an earlier one goes first. */
export async function createNamespaces(
  clusterDir: string,
  nodes: readonly string[],
): Promise<Readonly<Record<string, NodePlace>>> {
  await removeNamespaces(clusterDir);
  const prefix = prefixOf(clusterDir);
  const network = freeNetwork();
  await ip('link', 'add', prefix, 'type', 'bridge');
  await ip('addr', 'add', `${network}.1/24`, 'dev', prefix);
  await ip('link', 'set', prefix, 'up');
  const places: Record<string, NodePlace> = {};
  for (const [i, node] of nodes.entries()) {
    const place = { namespace: namespaceOf(prefix, node), address: `${network}.${11 + i}` };
    const outside = `${prefix}${node}`;
    await ip('netns', 'add', place.namespace);
    await ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', NODE_DEVICE, 'netns', place.namespace);
    await ip('link', 'set', outside, 'master', prefix, 'up');
    await ip('-n', place.namespace, 'addr', 'add', `${place.address}/24`, 'dev', NODE_DEVICE);
    for (const device of ['lo', NODE_DEVICE]) await ip('-n', place.namespace, 'link', 'set', device, 'up');
    places[node] = place;
  }
  return places;
}

/** Names of this cluster's namespaces that exist now. */
export function namespacesOf(clusterDir: string): string[] {
  if (!existsSync(namespaceFile(''))) return [];
  return readdirSync(namespaceFile('')).filter((name) => name.startsWith(`${prefixOf(clusterDir)}-`));
}

const GONE = /no such file|cannot find device|does not exist/i;

const unlessGone = ({ code, stderr }: CommandResult, what: string): void => {
  if (code !== 0 && !GONE.test(stderr)) throw new Error(`${what}: ${stderr.trim()}`);
};

/** Takes namespaces and bridge away, even if making them stopped half way; the interfaces go with them. Nothing if there are none. */
export async function removeNamespaces(clusterDir: string): Promise<void> {
  const prefix = prefixOf(clusterDir);
  for (const name of namespacesOf(clusterDir)) {
    unlessGone(await runCommand('ip', ['netns', 'del', name]), `ip netns del ${name}`);
  }
  const left = existsSync('/sys/class/net')
    ? readdirSync('/sys/class/net').filter((name) => name.startsWith(prefix))
    : [];
  for (const device of left) unlessGone(await runCommand('ip', ['link', 'del', device]), `ip link del ${device}`);
}
