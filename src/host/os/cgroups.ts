import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pollUntil } from './clock.js';
import { isAlive, type ProcessId } from './processes.js';

/** Files of a group, and what is written into each, in this order. */
export type Settings = readonly (readonly [file: string, value: string])[];

/** Changes the bounds of a group; nothing if there is none. */
export function setInGroup(folder: string, settings: Settings): void {
  if (!existsSync(folder)) return;
  for (const [file, value] of settings) writeFileSync(join(folder, file), value);
}

/** Makes a group with its bounds, and moves one process into it with all its threads. May be called again after a crash in its middle. */
export function putInGroup(folder: string, settings: Settings, process: ProcessId): void {
  mkdirSync(folder, { recursive: true });
  setInGroup(folder, settings);
  if (isAlive(process)) move(process.pid, folder);
}

/** One that ends meanwhile is in no group any more. */
function move(pid: number, folder: string): void {
  try {
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The processes in a group; none if there is no such group. */
export const membersOf = (folder: string): number[] =>
  readIn(folder, 'cgroup.procs')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

/** A file of a group; empty if there is no such file or group. */
export function readIn(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8').trim();
  } catch {
    return '';
  }
}

/** One of the counters of a file with a name and a number in each line; 0 where it is not. */
export const counterIn = (folder: string, file: string, name: string): number =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(readIn(folder, file))?.[1] ?? 0);

/** Lifts the bounds, lets every process go to `home`, and removes the group; nothing if there is none. Rejects if it is still there after the limit. */
export async function removeGroup(folder: string, lift: Settings, home: string, limitMs: number): Promise<void> {
  let problem: unknown;
  const gone = await pollUntil(
    () => {
      try {
        if (existsSync(folder)) {
          setInGroup(folder, lift);
          for (const pid of membersOf(folder)) move(pid, home);
          rmdirSync(folder);
        }
      } catch (error) {
        // A process that is just ending keeps its group for a moment.
        problem = error;
      }
      return Promise.resolve(existsSync(folder) ? undefined : true);
    },
    { limitMs, everyMs: 50 },
  );
  if (gone === undefined) throw new Error(`control group ${folder} could not be removed: ${String(problem)}`);
}
