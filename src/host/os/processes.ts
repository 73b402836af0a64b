import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { pollUntil, sleepMs } from './clock.js';

/**
 * A process that cannot be confused with a later one of the same pid: start time in clock ticks since boot, and the boot itself.
 * Nothing is ever signalled by pid or name alone.
 */
export interface ProcessId {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

/** Environment variable that marks every process started for a cluster, so that a sweep finds those whose pid was never written down. */
export const OWNER_VARIABLE = 'ROBUSTMQ_CHAOS_OWNER';

let cachedBootId: string | undefined;
const bootId = (): string => (cachedBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

interface Stat {
  readonly state: string;
  readonly startTicks: number;
  /** Processor time in clock ticks: its own, and that of its children that have ended and were waited for. */
  readonly ownTicks: number;
  readonly reapedTicks: number;
}

/** Fields 3, 14 to 17 and 22 of /proc/<pid>/stat; the command in field 2 may hold anything, so count from its closing parenthesis. */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
    return {
      state: fields[0] ?? '?',
      startTicks: Number(fields[19]),
      ownTicks: user + system,
      reapedTicks: childUser + childSystem,
    };
  } catch {
    return undefined;
  }
}

/** Identity of a running process; undefined if there is none or it is a zombie. */
export function identify(pid: number): ProcessId | undefined {
  const stat = readStat(pid);
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined;
  return { pid, startTicks: stat.startTicks, bootId: bootId() };
}

export const ownIdentity = (): ProcessId => identify(process.pid) as ProcessId;

export function isAlive(id: ProcessId): boolean {
  const found = identify(id.pid);
  return found !== undefined && found.startTicks === id.startTicks && found.bootId === id.bootId;
}

/** Is this very process stopped by a signal (SIGSTOP)? */
export const isStopped = (id: ProcessId): boolean => isAlive(id) && readStat(id.pid)?.state === 'T';

/** Processor time of a process so far; zeros if it is gone. */
export const cpuTicksOf = (pid: number): Pick<Stat, 'ownTicks' | 'reapedTicks'> =>
  readStat(pid) ?? { ownTicks: 0, reapedTicks: 0 };

/** Sends a signal to exactly this process; false if it is gone. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, signal);
  } catch {
    return false;
  }
}

/** Resolves to true as soon as the process is gone, false if it outlives the limit. */
export async function waitGone(id: ProcessId, limitMs: number): Promise<boolean> {
  const gone = await pollUntil(() => Promise.resolve(isAlive(id) ? undefined : true), { limitMs, everyMs: 20 });
  return gone === true;
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves when the process is gone. */
export async function endProcess(id: ProcessId, graceMs: number): Promise<void> {
  if (!signalProcess(id, 'SIGTERM')) return;
  if (await waitGone(id, graceMs)) return;
  signalProcess(id, 'SIGKILL');
  if (!(await waitGone(id, 5000))) throw new Error(`process ${id.pid} outlived SIGKILL for 5 s`);
}

export interface SpawnRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** File that standard output and standard error are appended to. */
  readonly logFile: string;
}

/** Starts a process in a session of its own that outlives this one. Rejects if it cannot be executed. */
export async function spawnDetached(request: SpawnRequest): Promise<ProcessId> {
  const log = openSync(request.logFile, 'a');
  try {
    const child = spawn(request.command, [...request.args], {
      cwd: request.cwd,
      env: request.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const id = identify(child.pid ?? -1);
    if (id !== undefined) return id;
    await sleepMs(20);
    throw new Error(`${request.command} ended at once; see ${request.logFile}`);
  } finally {
    closeSync(log);
  }
}

/** Every process of this user whose environment carries the given owner mark, but this one. */
export function findOwned(matches: (owner: string) => boolean): ProcessId[] {
  const found: ProcessId[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const owner = ownerOf(Number(entry));
    if (owner === undefined || !matches(owner)) continue;
    const id = identify(Number(entry));
    if (id !== undefined) found.push(id);
  }
  return found;
}

/** The owner mark of a process; undefined if it has none, or is gone. */
export function ownerOf(pid: number): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    const entry = environment.split('\0').find((pair) => pair.startsWith(`${OWNER_VARIABLE}=`));
    return entry?.slice(OWNER_VARIABLE.length + 1);
  } catch {
    return undefined;
  }
}

/** A process's program and arguments; empty if it is gone. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/**
 * Kills every process that carries the mark, until two looks in a row find none: a dying one may just have started another, and of one that is in
 * the middle of its exec the kernel shows no environment yet. Resolves to how many were killed.
 */
export async function sweepOwned(matches: (owner: string) => boolean): Promise<number> {
  // On a busy host one that was killed may still be there at the next look.
  const swept = new Set<string>();
  let empty = 0;
  for (let look = 0; look < 20; look += 1) {
    const found = findOwned(matches);
    empty = found.length === 0 ? empty + 1 : 0;
    if (empty === 2) return swept.size;
    for (const id of found) if (signalProcess(id, 'SIGKILL')) swept.add(`${id.pid} ${id.startTicks}`);
    await sleepMs(50);
  }
  throw new Error('processes of this cluster keep coming back after SIGKILL');
}

/** The environment for a child: PATH, HOME and locale of ours, nothing else (no secrets), and the owner mark. */
export function childEnvironment(owner: string, extra: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'JAVA_HOME'];
  const base = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  return { ...base, ...extra, [OWNER_VARIABLE]: owner };
}
