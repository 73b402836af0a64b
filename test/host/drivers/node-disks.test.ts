import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  bringDisk,
  dataDirOf,
  makeDisks,
  planDisk,
  remount,
  removeDisks,
} from '../../../src/host/drivers/node-disks.js';
import { isMounted } from '../../../src/host/os/loop-disks.js';
import { canMountDisks } from '../../../testing/loop-disks.js';
import { temporaryFolder } from '../../../testing/processes.js';

const options = { cluster: 'test', runId: 'run', logDir: '/data/runs/run/cluster/1', nodeCount: 1 };

it('a node has a disk only where its cluster is to have disks, and its data below the root of it', () => {
  expect(planDisk('/c', 'n1', options)).toBeNull();
  expect(dataDirOf(null, 'n1', options)).toBe('/data/runs/run/cluster/1/n1/data');
  const disk = planDisk('/c', 'n1', { ...options, startedWith: { disks: 'ext4' } });
  expect(disk).toEqual({ folder: '/c/disks/n1', image: '/data/runs/run/cluster/1/n1/disk.img' });
  expect(dataDirOf(disk, 'n1', options)).toBe('/c/disks/n1/data');
});

it.runIf(canMountDisks)(
  'disks are brought, go with their cluster, and are swept by the next start where nobody could',
  async () => {
    const root = temporaryFolder();
    const dir = join(root, 'cluster');
    const disk = planDisk(dir, 'n1', { ...options, logDir: join(root, 'logs'), startedWith: { disks: 'ext4' } });
    const folder = disk?.folder ?? '';
    await makeDisks(dir, [disk, null]);
    expect(isMounted(folder)).toBe(false);
    await bringDisk(disk);
    writeFileSync(join(folder, 'of the first'), 'x');
    await remount(disk);
    await bringDisk(disk);
    expect(existsSync(join(folder, 'of the first'))).toBe(true);
    // Nobody has stopped the first one.
    await makeDisks(dir, [disk]);
    expect(isMounted(folder)).toBe(false);
    await bringDisk(disk);
    expect(existsSync(join(folder, 'of the first'))).toBe(false);
    await removeDisks(dir);
    expect([isMounted(folder), existsSync(join(dir, 'disks')), existsSync(disk?.image ?? '')]).toEqual([
      false,
      false,
      true,
    ]);
    await removeDisks(dir);
  },
);

it('a node without a disk needs nothing', async () => {
  await bringDisk(null);
  await remount(undefined);
  await makeDisks(temporaryFolder(), [null]);
});
