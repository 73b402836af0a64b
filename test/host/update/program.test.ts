import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { forget, keep, keptBeside, putBack, shaOf, whoRuns, whyNoProgram } from '../../../src/host/update/program.js';
import { temporaryFolder } from '../../../testing/processes.js';

let folder: string;
let binary: string;
let kept: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  binary = join(folder, 'bin', 'broker');
  kept = keptBeside(binary, 'run-1');
  writeFileSync(binary, '#!/bin/sh\n', { mode: 0o755 });
});

it('a program is kept beside itself and put back whole, so that a full disk is no matter', async () => {
  const before = await shaOf(binary);
  await keep(binary, kept);
  writeFileSync(binary, 'half');
  await putBack(binary, kept, before);
  expect([readFileSync(binary, 'utf8'), readdirSync(join(folder, 'bin'))]).toEqual(['#!/bin/sh\n', ['broker']]);
  // Again, as after a crash.
  await putBack(binary, kept, before);
  expect(await shaOf(binary)).toBe(before);
});

it('what was kept is forgotten, also half of it', async () => {
  await keep(binary, kept);
  writeFileSync(`${kept}.part`, 'half');
  forget(kept);
  expect(readdirSync(join(folder, 'bin'))).toEqual(['broker']);
});

it('where there was no program, what has come is set aside', async () => {
  await putBack(binary, kept, null);
  expect([existsSync(binary), existsSync(`${binary}.not-updated`)]).toEqual([false, true]);
  expect(await shaOf(binary)).toBeNull();
});

it.each([
  ['#!/bin/sh\n', 0o755, null],
  ['\x7fELF\x02', 0o755, null],
  ['<html>', 0o755, /no program/],
  ['', 0o755, /no program/],
  ['#!/bin/sh\n', 0o644, /chmod \+x/],
])('a file that begins with %j and has mode %o', (text, mode, why) => {
  const file = join(folder, 'file');
  writeFileSync(file, text, { encoding: 'latin1', mode });
  const found = whyNoProgram(file);
  if (why === null) expect(found).toBeNull();
  else expect(found).toMatch(why);
});

it('a program that nobody runs is in nobody’s use, and neither is none', () => {
  expect([whoRuns(binary), whoRuns(join(folder, 'none'))]).toEqual([undefined, undefined]);
  expect(whoRuns(process.execPath)).toBeDefined();
});
