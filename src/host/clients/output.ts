import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** How much of a client's output is kept; a flood costs no more than this. */
const KEEP_BYTES = 256 * 1024;
/** A last line longer than this is no result. */
const LINE_BYTES = 64 * 1024;

export interface Captured {
  readonly lastLine: string;
  readonly lastLineTruncated: boolean;
  readonly bytes: number;
}

/** Copies a stream to a file up to a limit, and says there what was left out. */
function boundedFile(path: string): { write: (chunk: Buffer) => void; end: (total: number) => void } {
  const file: WriteStream = createWriteStream(path);
  let kept = 0;
  return {
    write: (chunk) => {
      const part = chunk.subarray(0, KEEP_BYTES - kept);
      if (part.length > 0) file.write(part);
      kept += part.length;
    },
    end: (total) => {
      if (total > kept) file.write(`\n[${total - kept} further bytes not kept]\n`);
      file.end();
    },
  };
}

/** Keeps the beginning of a stream in a file, and drains the rest. */
export function captureBounded(stream: Readable, path: string): void {
  const file = boundedFile(path);
  let total = 0;
  stream.on('data', (chunk: Buffer) => {
    total += chunk.length;
    file.write(chunk);
  });
  stream.once('close', () => file.end(total));
}

/** As `captureBounded`, and finds whole lines: `onLine` for each, the last non-empty one on `result()`. */
export function captureLines(
  stream: Readable,
  path: string,
  onLine: (line: string) => void,
): { result: () => Captured } {
  const file = boundedFile(path);
  let bytes = 0;
  let current = '';
  let truncated = false;
  let last = { lastLine: '', lastLineTruncated: false };
  const finishLine = (): void => {
    if (current.trim() !== '') {
      last = { lastLine: current.trim(), lastLineTruncated: truncated };
      onLine(last.lastLine);
    }
    current = '';
    truncated = false;
  };
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    file.write(chunk);
    const parts = chunk.toString('utf8').split('\n');
    parts.forEach((part, i) => {
      if (i > 0) finishLine();
      const room = LINE_BYTES - current.length;
      if (part.length > room) truncated = true;
      current += part.slice(0, Math.max(0, room));
    });
  });
  stream.once('close', () => {
    finishLine();
    file.end(bytes);
  });
  return { result: () => ({ ...last, bytes }) };
}
