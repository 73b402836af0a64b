// Processes of this machine: who they are, what they are called, and how they end. Plain JavaScript, because set-up needs it before there are
// node_modules or a build. The program, its tests and its benches use the same.

import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
/** What SIGKILL has reached may need this long on a busy host. */
const KILL_LIMIT_MS = 5_000;

/**
 * A process that cannot be confused with a later one of the same pid: start time in clock ticks since boot, and the boot itself.
 * Nothing is ever signalled by pid or name alone.
 * @typedef {{ readonly pid: number, readonly startTicks: number, readonly bootId: string }} ProcessId
 */

/**
 * Processor time in clock ticks: its own, and that of its children that have ended and were waited for.
 * @typedef {{ readonly ownTicks: number, readonly reapedTicks: number }} CpuTicks
 */

/** @type {string | undefined} */
let cachedBootId;
const bootId = () => (cachedBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

/**
 * Fields 3, 14 to 17, 20 and 22 of /proc/<pid>/stat; the command in field 2 may hold anything, so count from its closing parenthesis.
 * @param {number} pid
 * @returns {CpuTicks & { readonly state: string, readonly threads: number, readonly startTicks: number } | undefined}
 */
function readStat(pid) {
  const text = readQuietly(`/proc/${pid}/stat`);
  if (text === '') return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return {
    state: fields[0] ?? '?',
    threads: Number(fields[17]),
    startTicks: Number(fields[19]),
    ownTicks: user + system,
    reapedTicks: childUser + childSystem,
  };
}

/**
 * @param {string} path
 * @returns {string} empty where the process is gone, or another user's
 */
function readQuietly(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Identity of a running process.
 * @param {number} pid
 * @returns {ProcessId | undefined} undefined if there is none, or it is a zombie
 */
export function identify(pid) {
  const stat = readStat(pid);
  if (stat === undefined || stat.state === 'X') return undefined;
  // A process that is killed shows Z as soon as its first thread has ended: until the others have, its ports and files are not free.
  if (stat.state === 'Z' && stat.threads <= 1) return undefined;
  return { pid, startTicks: stat.startTicks, bootId: bootId() };
}

/** @returns {ProcessId} */
export function ownIdentity() {
  const id = identify(process.pid);
  if (id === undefined) throw new Error('/proc does not show this process');
  return id;
}

/** @param {ProcessId} id */
export function isAlive(id) {
  const found = identify(id.pid);
  return found !== undefined && found.startTicks === id.startTicks && found.bootId === id.bootId;
}

/**
 * Is this very process stopped by a signal (SIGSTOP)?
 * @param {ProcessId} id
 */
export const isStopped = (id) => isAlive(id) && readStat(id.pid)?.state === 'T';

/**
 * Processor time of a process so far; zeros if it is gone.
 * @param {number} pid
 * @returns {CpuTicks}
 */
export const cpuTicksOf = (pid) => readStat(pid) ?? { ownTicks: 0, reapedTicks: 0 };

/**
 * The value of a variable in a process's environment, as it was started.
 * @param {number} pid
 * @param {string} name
 * @returns {string | undefined} undefined if it has none, is gone, or is another user's
 */
export const variableOf = (pid, name) =>
  readQuietly(`/proc/${pid}/environ`)
    .split('\0')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);

/**
 * A process's program and arguments; empty if it is gone.
 * @param {number} pid
 */
export const commandLine = (pid) => readQuietly(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

/**
 * Every process that runs and matches, but this one.
 * @param {(pid: number) => boolean} matches
 * @returns {ProcessId[]}
 */
export const findProcesses = (matches) =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && matches(pid))
    .flatMap((pid) => identify(pid) ?? []);

/**
 * Every process whose command line or environment names the folder: whatever was started for it.
 * @param {string} folder
 */
export const findProcessesOf = (folder) =>
  findProcesses((pid) => commandLine(pid).includes(folder) || readQuietly(`/proc/${pid}/environ`).includes(folder));

/**
 * Sends a signal to exactly this process.
 * @param {ProcessId} id
 * @param {NodeJS.Signals} signal
 * @returns {boolean} false if it is gone
 */
export function signalProcess(id, signal) {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, signal);
  } catch {
    return false;
  }
}

/**
 * Resolves to true as soon as the process is gone, false if it outlives the limit.
 * @param {ProcessId} id
 * @param {number} limitMs
 */
export async function waitGone(id, limitMs) {
  const end = performance.now() + limitMs;
  while (isAlive(id)) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
}

/**
 * SIGTERM, then SIGKILL after `graceMs`; resolves when the process is gone.
 * @param {ProcessId} id
 * @param {number} graceMs
 */
export async function endProcess(id, graceMs) {
  if (!signalProcess(id, 'SIGTERM')) return;
  if (await waitGone(id, graceMs)) return;
  signalProcess(id, 'SIGKILL');
  if (!(await waitGone(id, KILL_LIMIT_MS))) {
    throw new Error(`process ${id.pid} outlived SIGKILL for ${KILL_LIMIT_MS / 1000} s`);
  }
}

/**
 * Ends every process that `find` names, until two looks in a row find none: a dying one may just have started another, and of one that is in
 * the middle of its exec the kernel shows no environment yet.
 * @param {() => ProcessId[]} find
 * @param {{ graceMs?: number }} [options] how long they may take to end by SIGTERM; without it SIGKILL comes at once
 * @returns {Promise<number>} how many were ended; rejects if they keep coming back
 */
export async function endAll(find, { graceMs = 0 } = {}) {
  /** @type {Set<string>} On a busy host one that was signalled may still be there at the next look. */
  const signalled = new Set();
  const started = performance.now();
  for (let empty = 0; ;) {
    const found = find();
    empty = found.length === 0 ? empty + 1 : 0;
    if (empty === 2) return signalled.size;
    const waitedMs = performance.now() - started;
    if (waitedMs > graceMs + KILL_LIMIT_MS) {
      throw new Error(`processes ${found.map(({ pid }) => pid).join(', ')} do not end, or keep coming back`);
    }
    for (const id of found) {
      const name = `${id.pid} ${id.startTicks}`;
      if (waitedMs < graceMs && signalled.has(name)) continue;
      if (signalProcess(id, waitedMs < graceMs ? 'SIGTERM' : 'SIGKILL')) signalled.add(name);
    }
    await sleep(LOOK_EVERY_MS);
  }
}
