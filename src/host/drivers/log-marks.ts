import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { clusterPaths } from '../layout/paths.js';
import { readStored, writeStored } from '../os/stored.js';

/** A node's log that grew more than this between two marks is read only at its end (bytes). */
const READ_LIMIT = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

export interface NodeLog {
  readonly node: string;
  readonly file: string;
}

/**
 * Lines that were written to each log since the last call (or since the beginning), and moves the marks on. Marks are byte offsets in
 * `log-marks.json` of the cluster's state folder; a half-written last line is left for the next call. A node may have several logs.
 */
export function newLogLines(
  dir: string,
  logs: readonly NodeLog[],
): { lines: Record<string, string[]>; warnings: string[] } {
  const markFile = clusterPaths(dir).logMarks;
  const marks = readStored<Record<string, number>>('log marks', markFile) ?? {};
  const lines: Record<string, string[]> = {};
  const warnings: string[] = [];
  for (const { node, file } of logs) {
    if (!existsSync(file)) {
      warnings.push(`${node}: no log at ${file}`);
      continue;
    }
    const size = statSync(file).size;
    const mark = Math.min(marks[file] ?? 0, size);
    const from = Math.max(mark, size - READ_LIMIT);
    if (from > mark)
      warnings.push(`${node}: ${from - mark} bytes of its log were skipped (more than ${READ_LIMIT} new)`);
    const bytes = readRange(file, from, size);
    // Counted in bytes: what is not UTF-8 would change its length when decoded.
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const found = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    lines[node] = [...(lines[node] ?? []), ...found];
    marks[file] = from + end;
  }
  writeStored('log marks', markFile, marks);
  return { lines, warnings };
}

function readRange(file: string, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(to - from);
  const fd = openSync(file, 'r');
  try {
    const read = readSync(fd, buffer, 0, buffer.length, from);
    return buffer.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}
