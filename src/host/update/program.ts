import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { copyFile, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { commandLine, findProcesses, type ProcessId } from '../os/processes.js';
import { fileSha256 } from '../os/versions.js';

/** SHA-256 of a file; null where there is none. */
export const shaOf = async (file: string): Promise<string | null> => (existsSync(file) ? fileSha256(file) : null);

/** Where the program of before is while a run's update may change it: beside it, so that it is put back without any room on the disk. */
export const keptBeside = (binary: string, runId: string): string =>
  join(dirname(binary), `.${basename(binary)}.before-${runId}`);

const partOf = (kept: string): string => `${kept}.part`;

/** Keeps a copy of the program that is whole, also after a loss of power. */
export async function keep(binary: string, kept: string): Promise<void> {
  const part = partOf(kept);
  await copyFile(binary, part, constants.COPYFILE_FICLONE);
  await sync(part);
  await rename(part, kept);
  await sync(dirname(kept));
}

/** Puts the program of before back, at once and whole. Where there was none, what has come is set aside. */
export async function putBack(binary: string, kept: string, sha256Before: string | null): Promise<void> {
  if ((await shaOf(binary)) === sha256Before) return;
  await (sha256Before === null ? rename(binary, `${binary}.not-updated`) : rename(kept, binary));
  await sync(dirname(binary));
}

export function forget(kept: string): void {
  for (const file of [kept, partOf(kept)]) rmSync(file, { force: true });
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** How programs begin: of Linux, and with the name of their interpreter. */
const MAGIC = [Buffer.from('\x7fELF', 'latin1'), Buffer.from('#!')];

/** Why a file is no program, e.g. a page that says that there is nothing to fetch; null: it may be one. */
export function whyNoProgram(file: string): string | null {
  const start = Buffer.alloc(4);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  if (!MAGIC.some((magic) => start.subarray(0, magic.length).equals(magic)))
    return 'what it has left is no program (neither ELF nor a script)';
  try {
    accessSync(file, constants.X_OK);
    return null;
  } catch {
    return 'what it has left may not be executed: chmod +x';
  }
}

/** A process that runs this program, of whomever: a broker that is killed and started again must not be another build. */
export function whoRuns(binary: string): { readonly process: ProcessId; readonly command: string } | undefined {
  if (!existsSync(binary)) return undefined;
  const real = realpathSync(binary);
  const isOf = (pid: number): boolean => {
    if (exeOf(pid) === real) return true;
    // A script is run by its interpreter, whose first argument it is.
    const line = commandLine(pid);
    const script = `${line.slice(line.indexOf(' ') + 1)} `;
    return [binary, real].some((path) => script.startsWith(`${path} `));
  };
  const process = findProcesses(isOf)[0];
  return process && { process, command: commandLine(process.pid).slice(0, 120) };
}

function exeOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    // It is gone, or another user's.
    return undefined;
  }
}
