import { rmSync } from 'node:fs';
import { formatField, isNewer, newerText, refuseNewer, type StoredKind } from '../../domain/format.js';
import { readJson, writeJson, writeText } from './files.js';

/** One file that this program stores: what it is, and where. */
export interface StoredFile {
  readonly kind: StoredKind;
  readonly path: string;
}

/** The file as it is, for a look at its format; undefined where there is none, or none that is whole. */
function look(path: string): unknown {
  try {
    return readJson(path);
  } catch {
    return undefined;
  }
}

/** Which of these files a newer program wrote, each as a sentence. */
export const newerAmong = (files: readonly StoredFile[]): string[] =>
  files.flatMap(({ kind, path }) => newerText(kind, path, look(path)) ?? []);

const refuse = (kind: StoredKind, path: string): void => refuseNewer(kind, path, look(path));

const withoutFormat = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutFormat);
  if (typeof value !== 'object' || value === null) return value;
  const { format: _, ...rest } = value as Readonly<Record<string, unknown>>;
  return rest;
};

const withFormat = (kind: StoredKind, value: object): object => {
  const field = formatField(kind);
  if (field === undefined) return value;
  return Array.isArray(value) ? value.map((item: object) => ({ ...item, ...field })) : { ...value, ...field };
};

/** Reads a file that this program wrote, or an older one; undefined if there is none. One of a newer program is FORMAT_NEWER; one that is no JSON an error that names it. */
export function readStored<T>(kind: StoredKind, path: string): T | undefined {
  const value = readJson<unknown>(path);
  refuseNewer(kind, path, value);
  return (formatField(kind) === undefined ? value : withoutFormat(value)) as T | undefined;
}

/** The same for what can be made again, or is of one run alone: that it is damaged keeps nobody from the rest. */
export function readStoredIfWhole<T>(kind: StoredKind, path: string): T | undefined {
  try {
    return readStored<T>(kind, path);
  } catch (error) {
    if (isNewer(error)) throw error;
    return undefined;
  }
}

/** The same for what others have to be told without: undefined also where a newer program wrote it. */
export function readStoredIfAny<T>(kind: StoredKind, path: string): T | undefined {
  try {
    return readStored<T>(kind, path);
  } catch {
    return undefined;
  }
}

/** What has a cluster's login in it is for its owner alone. */
const PRIVATE: ReadonlySet<StoredKind> = new Set<StoredKind>(['cluster state']);

/** Writes a value as JSON, with its format, as `writeText` does. What a newer program wrote is left alone: FORMAT_NEWER. */
export function writeStored(kind: StoredKind, path: string, value: object): void {
  refuse(kind, path);
  writeJson(path, withFormat(kind, value), PRIVATE.has(kind) ? 0o600 : undefined);
}

/** The same for a text that carries its format itself. */
export function writeStoredText(kind: StoredKind, path: string, text: string): void {
  refuse(kind, path);
  writeText(path, text);
}

/** Removes a file, if it is there; not one of a newer program: FORMAT_NEWER. */
export function removeStored(kind: StoredKind, path: string): void {
  refuse(kind, path);
  rmSync(path, { force: true });
}
