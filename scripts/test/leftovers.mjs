// What a test run may not leave behind. A process belongs to the run if its environment or its command line names the run's temporary
// folder, so that another run beside this one is neither blamed nor touched.

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, endAll, findProcessesOf } from '../os/processes.mjs';
import { listeners, socketsOf } from '../os/sockets.mjs';

/** A process that was told to end may need this long. */
const GRACE_MS = 3_000;

/**
 * Ports on which a process listens.
 * @param {number} pid
 */
function portsOf(pid) {
  try {
    const sockets = socketsOf(pid);
    return listeners().flatMap(({ inode, port }) => (sockets.has(inode) ? [port] : []));
  } catch {
    return [];
  }
}

/**
 * What the run left behind, in words.
 * @param {string} folder the run's temporary folder
 * @returns {Promise<string[]>} empty if nothing is left
 */
export async function findLeftovers(folder) {
  const end = Date.now() + GRACE_MS;
  while (findProcessesOf(folder).length > 0 && Date.now() < end) await sleep(50);
  const processes = findProcessesOf(folder).map(({ pid }) => {
    const ports = portsOf(pid);
    const listening = ports.length > 0 ? `, listening on ${ports.join(', ')}` : '';
    return `process ${pid} still runs${listening}: ${commandLine(pid).slice(0, 200)}`;
  });
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((where) => where.startsWith(`${folder}/`))
    .map((where) => `${where} is still mounted`);
  const folders = readdirSync(folder).filter((name) => name.startsWith('robustmq-chaos-'));
  return [...processes, ...mounts, ...folders.map((name) => `temporary folder ${name} is still there`)];
}

/**
 * Ends what the run left behind, so that the next one starts clean.
 * @param {string} folder the run's temporary folder
 */
export async function endLeftovers(folder) {
  // What does not end has been found, and said, before: the run still has to tell its result.
  await endAll(() => findProcessesOf(folder)).catch((/** @type {unknown} */ error) => console.error(String(error)));
}
