import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sweepOwned } from '../src/host/os/processes.js';
import { temporaryFolder } from './processes.js';

const LIMIT_MS = 100_000;

/** A mount of its own, that nobody else sees, and that the kernel takes away with the last process in it. */
const SCRIPT = 'mount -t tmpfs -o "size=${1}m" small-disk "$2" && shift 2 && exec "$@"';

/**
 * Runs a fixture on a disk of so many megabytes: its argument is the folder in which that is mounted. Returns what it said, as JSON, on its last line. Needs
 * root. What it has started is ended with it, also if it fails.
 */
export async function onSmallDisk<T>(fixture: string, megabytes: number): Promise<T> {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  const file = new URL(`./fixtures/${fixture}`, import.meta.url).pathname;
  try {
    const { stdout } = await promisify(execFile)(
      'unshare',
      [
        '--mount',
        '--propagation',
        'private',
        'sh',
        '-ec',
        SCRIPT,
        'sh',
        String(megabytes),
        folder,
        process.execPath,
        file,
        folder,
      ],
      { timeout: LIMIT_MS, killSignal: 'SIGKILL' },
    );
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  } finally {
    await sweepOwned((owner) => owner.startsWith(folder));
  }
}
