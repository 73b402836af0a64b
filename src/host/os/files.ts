import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ChaosError } from '../../domain/errors.js';
import { describeRoom, freeReserve, freeRoom, isNoRoom } from './disk.js';

/**
 * Writes a file so that a reader sees the old or the new content and never a half, also after a crash: temporary file, fsync, rename, fsync of
 * the folder. On a full disk the reserve of the data folder is freed for it; if that does not help, DISK_FULL, and the old content stays.
 * @param mode of the file, before the umask
 */
export function writeText(path: string, text: string, mode = 0o666): void {
  try {
    writeOnce(path, text, mode);
  } catch (error) {
    if (!isNoRoom(error)) throw error;
    if (!freeReserve(path)) throw full(path, text, error);
    try {
      writeOnce(path, text, mode);
    } catch (again) {
      throw isNoRoom(again) ? full(path, text, again) : again;
    }
  }
}

const full = (path: string, text: string, error: NodeJS.ErrnoException): ChaosError =>
  new ChaosError(
    'DISK_FULL',
    `expected room for ${Math.ceil(text.length / 1024)} KB at ${path}, got ${error.code ?? ''} (${describeRoom(freeRoom(path))})`,
  );

/** Writes what can be done without for a while. False if the disk is full: whoever calls goes on all the same. */
export function writeIfRoom(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (isDiskFull(error)) return false;
    throw error;
  }
}

/** Did this fail only because the disk is full? */
export const isDiskFull = (error: unknown): boolean =>
  (error instanceof ChaosError && error.code === 'DISK_FULL') || isNoRoom(error);

/** Writes a plain file only if it is to have another content: on a full disk that would leave it empty. */
export function writeIfOther(path: string, text: string, mode: number): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(path, text, { mode });
}

function writeOnce(path: string, text: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2, 8)}.tmp`;
  const fd = openSync(temporary, 'wx', mode);
  try {
    // Not writeSync: on a nearly full disk that writes a part and says so only by its result.
    writeFileSync(fd, text);
    fsyncSync(fd);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  syncFolder(dirname(path));
}

/** The same with a value as JSON. */
export const writeJson = (path: string, value: unknown, mode?: number): void =>
  writeText(path, `${JSON.stringify(value, null, 2)}\n`, mode);

export function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The end of a text file, of at most so many bytes; empty where there is none. */
export function readTail(path: string, maxBytes: number): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    const tail = Buffer.alloc(Math.min(size, maxBytes));
    readSync(fd, tail, 0, tail.length, size - tail.length);
    return tail.toString();
  } finally {
    closeSync(fd);
  }
}

/** Reads a JSON file that this program wrote; undefined if there is none. A file that is no JSON is an error that names it. */
export function readJson<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${path}: expected JSON written by this program, got ${JSON.stringify(text.slice(0, 80))}`, {
      cause: error,
    });
  }
}

/** The nearest folder above `from` that has a package.json: the root of this project's installation. */
export function projectRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new Error(`no package.json above ${from}`);
  }
}

/** Who may do what with a file, as `chmod` takes it: "644". */
export const octalMode = (mode: number | bigint): string => (Number(mode) & 0o777).toString(8).padStart(3, '0');
