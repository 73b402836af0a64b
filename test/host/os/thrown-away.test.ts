import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contentsOf, thrownAway } from '../../../src/host/os/thrown-away.js';
import { temporaryFolder } from '../../../testing/processes.js';

/** Two blocks and a little. */
const BYTES = 8200;

function folderWith(...names: readonly string[]): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'in'));
  for (const name of names) writeFileSync(join(folder, name), Buffer.alloc(BYTES, 'x'));
  return folder;
}

it('what is as it was is not thrown away, nor is what came since', () => {
  const folder = folderWith('a', 'in/b');
  const before = contentsOf(folder);
  writeFileSync(join(folder, 'c'), 'new');
  expect(thrownAway(before, contentsOf(folder))).toEqual({ files: 2, bytes: 2 * BYTES, filesHurt: 0, bytesGone: 0 });
});

it('a file that is gone is gone with its bytes, also an empty one, and one that is shorter with its blocks from there on', () => {
  const folder = folderWith('a', 'in/b');
  writeFileSync(join(folder, 'empty'), '');
  const before = contentsOf(folder);
  rmSync(join(folder, 'a'));
  rmSync(join(folder, 'empty'));
  truncateSync(join(folder, 'in/b'), 5000);
  expect(thrownAway(before, contentsOf(folder))).toEqual({
    files: 3,
    bytes: 2 * BYTES,
    filesHurt: 3,
    bytesGone: BYTES + (BYTES - 4096),
  });
});

it('a block with another content is gone; one at the end of a file that has grown with it counts as a whole', () => {
  const folder = folderWith('a');
  const before = contentsOf(folder);
  writeFileSync(join(folder, 'a'), Buffer.concat([Buffer.alloc(4096, 'y'), Buffer.alloc(4104, 'x')]));
  expect(thrownAway(before, contentsOf(folder))).toMatchObject({ filesHurt: 1, bytesGone: 4096 });
});

it('of no folder there is nothing', () => {
  expect(thrownAway(contentsOf('/nowhere'), {})).toEqual({ files: 0, bytes: 0, filesHurt: 0, bytesGone: 0 });
});
