// Which TCP sockets of this host listen, and whose they are.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** @typedef {{ readonly address: string, readonly port: number, readonly inode: string }} Listener `address` as the kernel writes it, in hexadecimal */

/**
 * Columns 2 (address and port), 4 (state) and 10 (inode) of the kernel's tables.
 * @returns {Listener[]}
 */
export function listeners() {
  const rows = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1));
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    return state === LISTEN ? [{ address, port: parseInt(port, 16), inode }] : [];
  });
}

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
