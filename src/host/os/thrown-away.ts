import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** What a file system throws away it throws away by blocks. */
const BLOCK = 4096;
const PART = 256 * BLOCK;
/** Of a hash, in base64: enough to tell blocks of one place apart. */
const HASH_CHARS = 8;

/** The content of files below a folder, as a reader sees it: for each its size, and a hash of each of its blocks. Plain JSON. */
export type Contents = Readonly<Record<string, { readonly bytes: number; readonly blocks: string }>>;

/** How much of what was there is not there any more. */
export interface ThrownAway {
  readonly files: number;
  readonly bytes: number;
  readonly filesHurt: number;
  /** Of blocks that are gone, or have another content: at most a block too much for each file. */
  readonly bytesGone: number;
}

const hashOf = (block: Buffer): string => createHash('md5').update(block).digest('base64').slice(0, HASH_CHARS);

function contentOf(file: string): Contents[string] {
  const fd = openSync(file, 'r');
  try {
    const part = Buffer.alloc(PART);
    const blocks: string[] = [];
    let bytes = 0;
    for (let read = readSync(fd, part); read > 0; read = readSync(fd, part)) {
      for (let at = 0; at < read; at += BLOCK) blocks.push(hashOf(part.subarray(at, Math.min(at + BLOCK, read))));
      bytes += read;
    }
    return { bytes, blocks: blocks.join('') };
  } finally {
    closeSync(fd);
  }
}

const filesIn = (folder: string, under = ''): string[] =>
  existsSync(join(folder, under))
    ? readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry: Dirent) => {
        const name = join(under, entry.name);
        return entry.isDirectory() ? filesIn(folder, name) : entry.isFile() ? [name] : [];
      })
    : [];

/** Nobody may write to the folder meanwhile. */
export const contentsOf = (folder: string): Contents =>
  Object.fromEntries(filesIn(folder).map((name) => [name, contentOf(join(folder, name))]));

/** Bytes of the blocks of `old` that `now` does not have in the same place. */
function goneOf(old: Contents[string], now: Contents[string] | undefined): number {
  let bytes = 0;
  for (let at = 0, block = 0; at < old.bytes; at += BLOCK, block += 1) {
    const chars = [block * HASH_CHARS, (block + 1) * HASH_CHARS] as const;
    const same = now !== undefined && old.blocks.slice(...chars) === now.blocks.slice(...chars);
    if (!same) bytes += Math.min(BLOCK, old.bytes - at);
  }
  return bytes;
}

export function thrownAway(before: Contents, after: Contents): ThrownAway {
  const all = Object.entries(before);
  const gone = all.map(([name, old]) => goneOf(old, after[name]));
  return {
    files: all.length,
    bytes: all.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    // An empty one that is gone is hurt, too.
    filesHurt: all.filter(([name], i) => after[name] === undefined || (gone[i] as number) > 0).length,
    bytesGone: gone.reduce((sum, bytes) => sum + bytes, 0),
  };
}
