import { accessSync, constants, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChaosError } from '../../domain/errors.js';
import { userName } from './user.js';

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** The system's own word for what is wrong. */
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** Of a folder that is still to be made, it is the folder above that counts. */
function lookAt(path: string, isFolder: boolean): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined && isLink(path)) throw Object.assign(new Error(path), { code: 'a link to nothing' });
  if (found === undefined) return lookAt(dirname(path), true);
  if (isFolder && !found.isDirectory()) throw Object.assign(new Error(path), { code: 'no folder' });
  accessSync(path, found.isDirectory() ? constants.W_OK | constants.X_OK : constants.W_OK);
}

/** What a process writes to: a folder, and what may be there of it that somebody else has made. */
export interface Written {
  readonly folder: string;
  readonly parts: readonly { readonly path: string; readonly isFolder: boolean }[];
}

/** Why this process could not write to a data folder, as a sentence; undefined if it could. Looks only. */
export function whyNotWritable({ folder, parts }: Written): string | undefined {
  for (const { path, isFolder } of [{ path: folder, isFolder: true }, ...parts]) {
    try {
      lookAt(path, isFolder);
    } catch (error) {
      return sentence(path, error);
    }
  }
  return undefined;
}

const sentence = (path: string, error: unknown): string =>
  `data_dir: expected a folder that ${userName()} can write to, got ${path} (${codeOf(error)}); make it writable, or name another one in the config`;

/** Refuses, before anything is started, a data folder that this process could not write to; makes one that is not there. */
export function requireWritable(written: Written): void {
  const why = whyNotWritable(written);
  if (why !== undefined) throw new ChaosError('CONFIG_INVALID', why);
  try {
    makeFolder(written.folder);
  } catch (error) {
    throw new ChaosError('CONFIG_INVALID', sentence(written.folder, error));
  }
}

/** Not by `recursive`: where the system never lets a folder be made (below /proc), Node would try for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
