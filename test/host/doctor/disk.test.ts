import { expect, it } from 'vitest';
import { diskRoom } from '../../../src/host/doctor/disk.js';
import { temporaryFolder } from '../../../testing/processes.js';

const MB = 1_048_576;

it('a disk with room for a run and the reserve will do', () => {
  const root = temporaryFolder();
  const found = diskRoom(root, 20 * MB);
  expect(found).toMatchObject({ ok: true, needed: true });
  expect(found.detail).toMatch(new RegExp(`^one run needs 36 MB on the disk of ${root}, has \\d+ MB$`));
});

it('one that is too small will not', () => {
  expect(diskRoom(temporaryFolder(), 1e18)).toMatchObject({ ok: false, needed: true });
});
