import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyDisk, fillDisk, isFilled, keepFull, trialWrite } from '../../../src/host/os/full-disk.js';
import { makeDisk, mountDisk } from '../../../src/host/os/loop-disks.js';
import { canMountDisks } from '../../../testing/loop-disks.js';
import { temporaryFolder } from '../../../testing/processes.js';

it.runIf(canMountDisks)(
  'a disk is filled, stays full although something is freed on it, and has room again',
  async () => {
    const root = temporaryFolder();
    const folder = join(root, 'disk');
    await makeDisk(join(root, 'disk.img'), 64);
    await mountDisk(join(root, 'disk.img'), folder);
    writeFileSync(join(folder, 'of the broker'), Buffer.alloc(1_048_576, 'x'));
    expect([isFilled(folder), trialWrite(folder)]).toEqual([false, 'written']);
    keepFull(folder);
    expect(isFilled(folder)).toBe(false);
    await fillDisk(folder);
    expect([isFilled(folder), trialWrite(folder)]).toEqual([true, 'ENOSPC']);
    rmSync(join(folder, 'of the broker'));
    keepFull(folder);
    expect(trialWrite(folder)).toBe('ENOSPC');
    await fillDisk(folder);
    emptyDisk(folder);
    emptyDisk(folder);
    expect([isFilled(folder), trialWrite(folder)]).toEqual([false, 'written']);
    expect(existsSync(join(folder, 'robustmq-chaos-trial'))).toBe(false);
  },
);

it('what else a write hears is told by its name', () => {
  expect(trialWrite('/nowhere')).toBe('ENOENT');
});
