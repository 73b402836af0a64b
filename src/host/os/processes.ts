import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { endAll, findProcesses, identify, variableOf, type ProcessId } from '#os/processes';
import { sleepMs } from './clock.js';

// What set-up needs, too, before there is a build, is plain JavaScript and stands in scripts/os.
export {
  commandLine,
  cpuTicksOf,
  endProcess,
  findProcesses,
  identify,
  isAlive,
  isStopped,
  ownIdentity,
  signalProcess,
  waitGone,
  type ProcessId,
} from '#os/processes';

/** Environment variable that marks every process started for a cluster, so that a sweep finds those whose pid was never written down. */
export const OWNER_VARIABLE = 'ROBUSTMQ_CHAOS_OWNER';

/** A process was started, and had ended before it could be looked at. */
export class EndedAtOnce extends Error {
  override readonly name = 'EndedAtOnce';
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
    throw new EndedAtOnce(`${request.command} ended at once; see ${request.logFile}`);
  } finally {
    closeSync(log);
  }
}

/** The owner mark of a process; undefined if it has none, or is gone. */
export const ownerOf = (pid: number): string | undefined => variableOf(pid, OWNER_VARIABLE);

/** Every process of this user whose environment carries the given owner mark, but this one. */
export const findOwned = (matches: (owner: string) => boolean): ProcessId[] =>
  findProcesses((pid) => {
    const owner = ownerOf(pid);
    return owner !== undefined && matches(owner);
  });

/** Kills every process that carries the mark, and those that a dying one has just started. Resolves to how many were killed. */
export const sweepOwned = (matches: (owner: string) => boolean): Promise<number> => endAll(() => findOwned(matches));

/** The environment for a child: PATH, HOME and locale of ours, nothing else (no secrets), and the owner mark. */
export function childEnvironment(owner: string, extra: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'JAVA_HOME'];
  const base = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  return { ...base, ...extra, [OWNER_VARIABLE]: owner };
}

/** Signals the process group that a child of ours leads, for as long as its pipes are held: its number is its own until then. Nothing if it is gone. */
export function signalGroup({ pid }: { readonly pid?: number | undefined }, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The whole group is gone.
  }
}
