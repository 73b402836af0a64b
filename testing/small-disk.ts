import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sweepOwned } from '../src/host/os/processes.js';
import { temporaryFolder } from './processes.js';

const LIMIT_MS = 100_000;

/** Mounts of its own, that nobody else sees, and that the kernel takes away with the last process in them. */
const TMPFS = 'mount -t tmpfs -o "size=${1}m" small-disk "$2"';
const READ_ONLY = 'mount --bind "$2" "$2" && mount -o remount,bind,ro "$2"';

async function onMount<T>(mount: string, fixture: string, megabytes: number, folder: string): Promise<T> {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url));
  const shell = ['sh', '-ec', `${mount} && shift 2 && exec "$@"`, 'sh', String(megabytes), folder];
  try {
    const { stdout } = await promisify(execFile)(
      'unshare',
      ['--mount', '--propagation', 'private', ...shell, process.execPath, file, folder],
      { timeout: LIMIT_MS, killSignal: 'SIGKILL' },
    );
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  } finally {
    await sweepOwned((owner) => owner.startsWith(folder));
  }
}

/**
 * Runs a fixture on a disk of so many megabytes: its argument is the folder in which that is mounted. Returns what it said, as JSON, on its last line. Needs
 * root. What it has started is ended with it, also if it fails.
 */
export function onSmallDisk<T>(fixture: string, megabytes: number): Promise<T> {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  return onMount(TMPFS, fixture, megabytes, folder);
}

/** The same, with a folder that is there and that nobody can write to. */
export const onReadOnlyMount = <T>(fixture: string, folder: string): Promise<T> =>
  onMount(READ_ONLY, fixture, 0, folder);
