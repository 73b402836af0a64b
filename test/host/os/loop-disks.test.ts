import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  isMounted,
  isShutDown,
  makeDisk,
  mountDisk,
  mountsUnder,
  shutDown,
  unmountUnder,
} from '../../../src/host/os/loop-disks.js';
import { canMountDisks } from '../../../testing/loop-disks.js';
import { temporaryFolder } from '../../../testing/processes.js';

const files = () => {
  const root = temporaryFolder();
  return { root, image: join(root, 'disk.img'), folder: join(root, 'mounts', 'n 1') };
};
const attached = (image: string): string => execFileSync('losetup', ['-j', image], { encoding: 'utf8' });

it('a table of mounts is read with what stands in it for spaces, and the innermost comes first', () => {
  const table = [
    '/dev/a /data/x ext4 rw,shutdown 0 0',
    '/dev/b /data/x/n\\0401 ext4 rw 0 0',
    '/dev/c /data/xy ext4 rw 0 0',
    '',
  ];
  expect(mountsUnder('/data/x', table.join('\n'))).toEqual([
    { folder: '/data/x/n 1', options: ['rw'] },
    { folder: '/data/x', options: ['rw', 'shutdown'] },
  ]);
});

it.runIf(canMountDisks)(
  'a disk without power has what was synced, and nothing else, when it is mounted again',
  async () => {
    const { root, image, folder } = files();
    await makeDisk(image, 64);
    expect(statSync(image).blocks * 512).toBeLessThan(32 * 1_048_576);
    await mountDisk(image, folder);
    await mountDisk(image, folder);
    expect([isMounted(folder), isShutDown(folder)]).toEqual([true, false]);
    const synced = openSync(join(folder, 'synced'), 'w');
    writeSync(synced, 'synced');
    fsyncSync(synced);
    writeFileSync(join(folder, 'not synced'), 'not synced');
    await shutDown([join(folder, 'synced')]);
    expect([isMounted(folder), isShutDown(folder)]).toEqual([true, true]);
    expect(() => readFileSync(join(folder, 'synced'))).toThrow(/EIO/);
    closeSync(synced);
    await unmountUnder(root);
    await mountDisk(image, folder);
    expect(isShutDown(folder)).toBe(false);
    expect(readFileSync(join(folder, 'synced'), 'utf8')).toBe('synced');
    const lost = join(folder, 'not synced');
    expect(existsSync(lost) ? readFileSync(lost, 'utf8') : '').toBe('');
    await unmountUnder(root);
    expect([isMounted(folder), attached(image)]).toEqual([false, '']);
    await unmountUnder(root);
  },
);

it.runIf(canMountDisks)(
  'what is in use is not unmounted, and a file that has a device is not mounted again',
  async () => {
    const { root, image, folder } = files();
    await makeDisk(image, 64);
    await mountDisk(image, folder);
    const open = openSync(join(folder, 'open'), 'w');
    await expect(unmountUnder(root, 100)).rejects.toThrow(/could not be unmounted: .*busy/);
    const twice = mountDisk(image, join(root, 'elsewhere'), 100);
    await expect(twice).rejects.toThrow(/expected .*disk\.img to be free, got loop\d/);
    closeSync(open);
  },
);
