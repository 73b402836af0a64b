import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statfsSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ChaosError } from '../../domain/errors.js';
import { newerText } from '../../domain/format.js';
import { RESERVE } from '../../domain/run-files.js';

export const MB = 1_048_576;
/** Room for the last words of a run: its report, the tickets of its faults, and what the embedded server notes meanwhile. */
export const RESERVE_BYTES = 16 * MB;
/** With less than this the brokers and clients of a run are about to fail, if they have not failed yet. */
export const LOW_BYTES = MB;
/** Nothing else that happens to have its name is ever emptied. A later format says its number after the name: `reserve of robustmq-chaos 2: …`. */
const MARK = Buffer.from('reserve of robustmq-chaos: may be emptied when the disk is full\n');
const FORMAT = /^reserve of robustmq-chaos (\d+):/;

/** What a disk without room answers: no block or no file left, over a quota, or mounted read-only since it failed. */
export const NO_ROOM_CODES: readonly string[] = ['ENOSPC', 'EDQUOT', 'EROFS'];

export const isNoRoom = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && NO_ROOM_CODES.includes(error.code as string);

export interface Room {
  readonly bytes: number;
  /** How many more files there may be; null where the file system does not count them. */
  readonly files: number | null;
}

const nearestThatExists = (path: string): string => (existsSync(path) ? path : nearestThatExists(dirname(path)));

/** What may be written by this process beside `path`, which need not exist yet. */
export function freeRoom(path: string): Room {
  const { bsize, bavail, bfree, files, ffree } = statfsSync(nearestThatExists(path));
  // What is kept for root is room for root alone.
  const blocks = process.getuid?.() === 0 ? bfree : bavail;
  return { bytes: blocks * bsize, files: files === 0 ? null : ffree };
}

export const describeRoom = ({ bytes, files }: Room): string =>
  `${Math.floor(bytes / MB)} MB free${files !== null && files < 100 ? `, and room for ${files} more files` : ''}`;

export const inMb = (bytes: number): string => `${Math.round(bytes / MB)} MB`;

/** How much is missing until the reserve of this data folder is whole. */
export function missingReserve(dataRoot: string): number {
  const size = statSync(join(dataRoot, RESERVE), { throwIfNoEntry: false })?.size ?? 0;
  return Math.max(0, RESERVE_BYTES - size);
}

/** Makes the reserve whole; throws, and leaves an empty one, if there is no room for it. */
export function makeReserve(dataRoot: string): void {
  const newer = newerReserve(dataRoot);
  if (newer !== undefined) throw new ChaosError('FORMAT_NEWER', newer);
  if (missingReserve(dataRoot) === 0) return;
  mkdirSync(dataRoot, { recursive: true });
  const path = join(dataRoot, RESERVE);
  const fd = openSync(path, 'w');
  try {
    writeSync(fd, MARK);
    // Nothing that a file system could pack, or leave out.
    const part = randomBytes(MB);
    for (let size = MARK.length; size < RESERVE_BYTES; size += part.length) {
      if (writeSync(fd, part) < part.length) throw Object.assign(new Error(`ENOSPC: ${path}`), { code: 'ENOSPC' });
    }
  } catch (error) {
    truncateSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** The reserve of the data folder in which `path` lies. */
function reserveAbove(path: string): string | undefined {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    const reserve = join(folder, RESERVE);
    if (existsSync(reserve)) return reserve;
  }
  return undefined;
}

function headOf(reserve: string): Buffer {
  const fd = openSync(reserve, 'r');
  try {
    const head = Buffer.alloc(MARK.length);
    return head.subarray(0, readSync(fd, head));
  } finally {
    closeSync(fd);
  }
}

const isOurs = (reserve: string): boolean => headOf(reserve).equals(MARK);

/** Why the reserve of this data folder is not to be touched, as a sentence: a newer program made it. */
export function newerReserve(dataRoot: string): string | undefined {
  const path = join(dataRoot, RESERVE);
  const [, format] = (existsSync(path) && FORMAT.exec(headOf(path).toString())) || [];
  return format === undefined ? undefined : newerText('reserve', path, { format: Number(format) });
}

/** Gives the reserve of the data folder in which `path` lies back to the disk. False if there is none left. Needs no room itself. */
export function freeReserve(path: string): boolean {
  try {
    const reserve = reserveAbove(path);
    if (reserve === undefined || !isOurs(reserve)) return false;
    // Emptied, not removed: an empty one is how everybody knows that the disk was full.
    truncateSync(reserve);
    return true;
  } catch {
    return false;
  }
}

/** Frees the reserve while there is still a little room, so that a full disk is noticed although nothing of ours has failed yet. */
export const freeReserveIfLow = (path: string): boolean => {
  const { bytes, files } = freeRoom(path);
  return (bytes < LOW_BYTES || files === 0) && freeReserve(path);
};

/** Which reserve this is: another answer later says that it was freed since. Null where there is none. */
export function reserveMark(dataRoot: string): string | null {
  const found = statSync(join(dataRoot, RESERVE), { throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino}/${found.size}/${found.mtimeMs}`;
}
