import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** How much of a client's output is kept; a flood costs no more than this. */
const KEEP_BYTES = 256 * 1024;
/** A last line longer than this is no result. */
const LINE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;

export interface Captured {
  readonly lastLine: string;
  readonly lastLineTruncated: boolean;
  readonly bytes: number;
}

/** Copies a stream to a file up to a limit, and says there what was left out. */
function boundedFile(path: string): { write: (chunk: Buffer) => void; end: (total: number) => void } {
  const file: WriteStream = createWriteStream(path);
  // What a full disk does not take is missing there; the client is watched all the same.
  file.on('error', () => undefined);
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

interface Line {
  readonly text: string;
  readonly truncated: boolean;
}

/**
 * Cuts chunks of UTF-8 into lines of bounded length. A line is collected as bytes and decoded as a whole: a character may be split between two
 * chunks, a newline is never part of one. What is over the limit is dropped, with the character that the limit would split.
 */
function lineSplitter(onLine: (line: Line) => void): { write: (chunk: Buffer) => void; end: () => void } {
  let parts: Buffer[] = [];
  let kept = 0;
  let truncated = false;
  const add = (part: Buffer): void => {
    const some = part.subarray(0, LINE_BYTES - kept);
    if (some.length < part.length) truncated = true;
    if (some.length > 0) parts.push(some);
    kept += some.length;
  };
  const finish = (): void => {
    const decoder = new StringDecoder('utf8');
    const bytes = Buffer.concat(parts);
    onLine({ text: truncated ? decoder.write(bytes) : decoder.end(bytes), truncated });
    [parts, kept, truncated] = [[], 0, false];
  };
  return {
    write: (chunk) => {
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, to));
        finish();
        from = to + 1;
      }
      add(chunk.subarray(from));
    },
    end: finish,
  };
}

/** As `captureBounded`, and finds whole lines: `onLine` for each, the last non-empty one on `result()`. */
export function captureLines(
  stream: Readable,
  path: string,
  onLine: (line: string) => void,
): { result: () => Captured } {
  const file = boundedFile(path);
  let bytes = 0;
  let last = { lastLine: '', lastLineTruncated: false };
  const lines = lineSplitter(({ text, truncated }) => {
    const line = text.trim();
    if (line === '') return;
    last = { lastLine: line, lastLineTruncated: truncated };
    onLine(line);
  });
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    file.write(chunk);
    lines.write(chunk);
  });
  stream.once('close', () => {
    lines.end();
    file.end(bytes);
  });
  return { result: () => ({ ...last, bytes }) };
}
