import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newLogLines } from '../../../src/host/drivers/log-marks.js';
import { temporaryFolder } from '../../../testing/processes.js';

/** A log and what is new in it. */
function aLog() {
  const dir = temporaryFolder();
  const file = join(dir, 'n1.log');
  const look = () => {
    const { lines, warnings } = newLogLines(dir, [{ node: 'n1', file }]);
    return { lines: lines['n1'] ?? [], warnings };
  };
  const write = (bytes: string | Buffer): void => {
    appendFileSync(file, bytes);
  };
  return { file, look, write };
}

describe('new log lines', () => {
  it('are each told once', () => {
    const { look, write } = aLog();
    write('one\ntwo\n');
    expect(look()).toEqual({ lines: ['one', 'two'], warnings: [] });
    expect(look().lines).toEqual([]);
    write('three\n');
    expect(look().lines).toEqual(['three']);
  });

  it('are told when they are whole', () => {
    const { look, write } = aLog();
    write('one\ntw');
    expect(look().lines).toEqual(['one']);
    write('o\n\nfour\n');
    expect(look().lines).toEqual(['two', '', 'four']);
  });

  it('lose nothing behind bytes that are no text', () => {
    const { look, write } = aLog();
    write(Buffer.from([0xff, 0xfe, 0xc3, 0x0a]));
    expect(look().lines).toHaveLength(1);
    write('panic: after the binary\n');
    expect(look().lines).toEqual(['panic: after the binary']);
  });

  it('of a log that is not there are a warning', () => {
    const { file, look } = aLog();
    expect(look()).toEqual({ lines: [], warnings: [`n1: no log at ${file}`] });
  });

  it('of a flood are the last 4 MiB, and a warning says what was left out', () => {
    const { look, write } = aLog();
    write(`${'x'.repeat(1023)}\n`.repeat(5 * 1024));
    write('last\n');
    const { lines, warnings } = look();
    expect(lines.at(-1)).toBe('last');
    expect(lines.length).toBeLessThan(4200);
    expect(warnings[0]).toMatch(/^n1: 10485\d\d bytes of its log were skipped/);
    expect(look().lines).toEqual([]);
  });

  it('of a log that became shorter begin at its end', () => {
    const { file, look, write } = aLog();
    write('one\ntwo\n');
    look();
    truncateSync(file, 0);
    expect(look().lines).toEqual([]);
    write('new\n');
    expect(look().lines).toEqual(['new']);
  });
});
