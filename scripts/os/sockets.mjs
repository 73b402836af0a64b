// Which TCP sockets of this host listen, and whose they are.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** @typedef {{ readonly address: string, readonly port: number, readonly inode: string, readonly uid: number }} Listener `address` as the kernel writes it, in hexadecimal */

/**
 * Columns 2 (address and port), 4 (state), 8 (user) and 10 (inode) of the kernel's tables.
 * @returns {(Listener & { readonly state: string })[]}
 */
function sockets() {
  const rows = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1));
  return rows.flatMap((row) => {
    const [, local, , state = '', , , , uid, , inode = ''] = row.trim().split(/\s+/);
    if (local === undefined) return [];
    const [address = '', port = ''] = local.split(':');
    return [{ address, port: parseInt(port, 16), state, inode, uid: Number(uid) }];
  });
}

/** @returns {Listener[]} */
export const listeners = () => sockets().filter(({ state }) => state === LISTEN);

/**
 * Those that a process has, listening or not: any of them may keep others from its port. What is left of one whose process is gone has no inode, and keeps
 * nobody.
 */
const held = () => sockets().filter(({ inode }) => inode !== '0');

/**
 * Sockets with one of these ports at their own end that a process has.
 * @param {readonly number[]} ports
 * @returns {Listener[]}
 */
export const socketsAt = (ports) => held().filter(({ port }) => ports.includes(port));

/** The ports that some process of this host has, on any address. */
export const heldPorts = () => new Set(held().map(({ port }) => port));

/**
 * The inodes of a process's open sockets; throws where the kernel does not show them.
 * @param {number} pid
 * @returns {Set<string>}
 */
export function socketsOf(pid) {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

/**
 * @param {string} path
 * @returns {string} empty if it has been closed meanwhile
 */
function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
