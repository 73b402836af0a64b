import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'vitest';
import { expect } from 'vitest';
import { chaos, nothingStarted, place, refuses, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

/** A program that can be run. */
function program(name: string): string {
  const path = join(place.root, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

describe('versions', () => {
  test.each([
    ['one version', (a: string) => ['--binary', a], /versions: expected two or more, got 1/],
    [
      'a name twice',
      (a: string) => ['--binary', `x=${a}`, '--binary', `x=${a}`],
      /expected each name once, got x twice/,
    ],
    ['too many rounds', (a: string) => ['--binary', a, '--binary', a, '--rounds', '300'], /at most 500 runs/],
    ['an unknown scenario', (a: string) => ['--binary', a, '--binary', a, '--scenario', 'kil'], /did you mean kill\?/],
  ])('refuses %s before anything is started', async (_what, args, words) => {
    refuses(await chaos('versions', ...args(program('a'))), 64, words);
    expect(nothingStarted(place.root)).toBe(true);
  });

  test('names every program that is not there, by its name, with the folder that it was looked for in', async () => {
    const list = join(place.root, 'versions.txt');
    program('old');
    writeFileSync(list, '# oldest first\nold  # in production\n\nnew = 2=gone\nrc=./missing\n');
    const { exitCode, stderr } = await chaos('versions', '--list', list, '--binary', 'last=/nowhere/broker');
    expect(exitCode).toBe(64);
    expect(stderr).toContain(`rc: expected a program at ${join(place.root, 'missing')}`);
    expect(stderr).toContain(`new: expected a program at ${join(place.root, '2=gone')}`);
    expect(stderr).toContain('last: expected a program at /nowhere/broker');
    expect(stderr).not.toContain(`at ${join(place.root, 'old')},`);
    expect(nothingStarted(place.root)).toBe(true);
  });

  test('says of a list that is not there what it expected', async () => {
    refuses(
      await chaos('versions', '--list', join(place.root, 'none.txt')),
      64,
      /--list: expected a file with a program/,
    );
  });

  test('takes no rounds that are none', async () => {
    const { exitCode, stderr } = await chaos('versions', '--binary', program('a'), '--rounds', '1.5');
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('expected a whole number from 1')]);
  });
});
