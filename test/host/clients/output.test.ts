import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { captureBounded, captureLines, type Captured } from '../../../src/host/clients/output.js';
import { bounded, timeout } from '../../../testing/properties.js';
import { pollUntil } from '../../../src/host/os/clock.js';

const LINE_LIMIT_BYTES = 64 * 1024;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-output-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is seen of a client that writes these chunks, each by itself. */
async function captured(chunks: readonly Buffer[]): Promise<{ lines: string[]; result: Captured }> {
  const stream = Readable.from(chunks);
  const lines: string[] = [];
  const { result } = captureLines(stream, join(folder, 'lines.log'), (line) => lines.push(line));
  await once(stream, 'close');
  return { lines, result: result() };
}

const singleBytes = (text: string): Buffer[] => [...Buffer.from(text)].map((byte) => Buffer.from([byte]));

test('a line is the same wherever the pipe splits it, also within a character', async () => {
  const text = '{"errors":["Verbindung verweigert: größer 超时 🚨"]}\n{"sent":1}\n';
  const { lines, result } = await captured(singleBytes(text));
  expect(lines).toEqual(['{"errors":["Verbindung verweigert: größer 超时 🚨"]}', '{"sent":1}']);
  expect(result).toEqual({ lastLine: '{"sent":1}', lastLineTruncated: false, bytes: Buffer.byteLength(text) });
});

test('the last line may lack its newline; empty ones are none', async () => {
  const { lines, result } = await captured([Buffer.from('one\r\n\n  \ntw'), Buffer.from('o')]);
  expect(lines).toEqual(['one', 'two']);
  expect(result.lastLine).toBe('two');
});

test.each([
  ['of one byte', 'x', 1],
  ['of three bytes', '超', 3],
  ['of four bytes', '🚨', 4],
])('a line may have 64 KiB, in characters %s', async (_, character, size) => {
  const fits = character.repeat(Math.floor(LINE_LIMIT_BYTES / size));
  expect((await captured([Buffer.from(fits)])).result).toMatchObject({ lastLine: fits, lastLineTruncated: false });
  const { lastLine, lastLineTruncated } = (await captured([Buffer.from(`${fits}${character}`)])).result;
  expect(lastLineTruncated).toBe(true);
  // Half a character is not shown.
  expect(lastLine === fits).toBe(true);
});

test('a line behind one that is too long is whole again', async () => {
  const { result } = await captured([Buffer.alloc(LINE_LIMIT_BYTES), Buffer.from('more\n{"sent":1}\n')]);
  expect(result).toMatchObject({ lastLine: '{"sent":1}', lastLineTruncated: false });
});

test('bytes that are no UTF-8 spoil their own line alone', async () => {
  const { lines } = await captured([Buffer.from([0x61, 0xe8, 0xb6, 0x0a]), Buffer.from('fine\n')]);
  expect(lines).toEqual(['a\ufffd', 'fine']);
});

test('of a flood the beginning is kept, with how much was not', async () => {
  const file = join(folder, 'flood.log');
  captureBounded(Readable.from([Buffer.alloc(300 * 1024, 'x')]), file);
  const ending = '\n[45056 further bytes not kept]\n';
  const whole = await pollUntil(
    async () => {
      const text = await readFile(file, 'utf8');
      return text.endsWith(ending) ? text : undefined;
    },
    { limitMs: 5000, everyMs: 10 },
  );
  expect(whole?.length).toBe(300 * 1024 - 45_056 + ending.length);
});

test(
  'whatever bytes come in whatever chunks, the lines are those of the whole',
  async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('\n', '\r\n', '{"sent":1}', 'größer', ' ').map((text) => new TextEncoder().encode(text)),
      fc.nat(LINE_LIMIT_BYTES + 10).map((length) => new Uint8Array(length).fill(0x61)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 8 }), async (chunks) => {
        const whole = Buffer.concat(chunks);
        const { lines, result } = await captured(chunks.map((chunk) => Buffer.from(chunk)));
        const split = whole
          .toString('latin1')
          .split('\n')
          .map((line) => Buffer.from(line, 'latin1'));
        const expected = split.map((line) => (line.length > LINE_LIMIT_BYTES ? null : line.toString().trim()));
        const seen = expected.filter((line) => line !== '');
        expect(result.bytes).toBe(whole.length);
        expect(lines).toHaveLength(seen.length);
        for (const [i, line] of seen.entries()) {
          if (line !== null) expect(lines[i]).toBe(line);
          expect(Buffer.byteLength(lines[i] ?? '')).toBeLessThanOrEqual(3 * LINE_LIMIT_BYTES);
        }
        expect(result.lastLineTruncated).toBe(seen.at(-1) === null);
      }),
      bounded(40),
    );
  },
  timeout,
);
