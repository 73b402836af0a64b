import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './commands.js';
import { isNoRoom } from './disk.js';

// A file of ours that takes all the room of a disk, and a write that shows whether there is any.

const FILLER = 'robustmq-chaos-filler';
const TRIAL = 'robustmq-chaos-trial';
const TRIAL_BYTES = 65_536;
const PARTS = [1_048_576, 65_536, 4096];

const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

/** Writes until there is no room for the smallest part. */
function writeUntilFull(file: string): void {
  const fd = openSync(file, 'a');
  try {
    for (const bytes of PARTS) {
      const part = Buffer.alloc(bytes);
      while (writesAll(fd, part));
    }
  } finally {
    closeSync(fd);
  }
}

function writesAll(fd: number, part: Buffer): boolean {
  try {
    return writeSync(fd, part) === part.length;
  } catch (error) {
    if (isNoRoom(error)) return false;
    throw error;
  }
}

/** Takes the room that is left: most of it without writing. May be called again, and takes what has become free since. */
export async function fillDisk(folder: string): Promise<void> {
  const file = join(folder, FILLER);
  // Where it cannot, the room is taken by writing.
  if (!existsSync(file)) await runCommand('fallocate', ['-l', String(freeBytes(folder)), file]);
  writeUntilFull(file);
}

/** Takes what a broker has given back since; nothing if the disk is not filled. */
export function keepFull(folder: string): void {
  const file = join(folder, FILLER);
  if (existsSync(file)) writeUntilFull(file);
}

export const isFilled = (folder: string): boolean => existsSync(join(folder, FILLER));

export const emptyDisk = (folder: string): void => rmSync(join(folder, FILLER), { force: true });

/** What a program hears that writes to this disk now: `written`, or the error's code. Leaves nothing. */
export function trialWrite(folder: string): string {
  const file = join(folder, TRIAL);
  try {
    const fd = openSync(file, 'w');
    try {
      if (writeSync(fd, Buffer.alloc(TRIAL_BYTES, 1)) < TRIAL_BYTES) return 'ENOSPC';
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return 'written';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    rmSync(file, { force: true });
  }
}
