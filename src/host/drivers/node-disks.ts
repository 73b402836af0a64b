import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clusterPaths } from '../layout/paths.js';
import { makeDisk, mountDisk, unmountUnder, type LoopDisk } from '../os/loop-disks.js';
import type { StartOptions } from './contract.js';

/** Enough for what a run writes, and little enough to be filled in a moment. */
const MEGABYTES = 512;

/** The disk of a node that is planned, if it is to have one. It is mounted in the cluster's folder, where it is found without any file; its image stays in the run's. */
export const planDisk = (dir: string, id: string, { startedWith, logDir }: StartOptions): LoopDisk | null =>
  startedWith?.disks === undefined
    ? null
    : { folder: join(clusterPaths(dir).disks, id), image: join(logDir, id, 'disk.img') };

/** Where a node has its data: below the root of its disk, where files of ours are; else beside its logs. */
export const dataDirOf = (disk: LoopDisk | null, id: string, { logDir }: StartOptions): string =>
  join(disk === null ? join(logDir, id) : disk.folder, 'data');

/** What a fault has noted of a node's disk: outside of it, and gone with it. */
export const diskNote = (dir: string, faultId: string, id: string): string =>
  join(clusterPaths(dir).disks, `${faultId}.${id}.json`);

/** Makes the disks of a cluster that is planned. What an earlier one has left goes first. */
export async function makeDisks(dir: string, disks: readonly (LoopDisk | null)[]): Promise<void> {
  await removeDisks(dir);
  for (const disk of disks) {
    if (disk === null) continue;
    mkdirSync(dirname(disk.image), { recursive: true });
    await makeDisk(disk.image, MEGABYTES);
  }
}

/** Before its broker starts: it would write to the folder below the mount. Nothing if it has none, or if it is mounted. */
export const bringDisk = async (disk: LoopDisk | null | undefined): Promise<void> => {
  if (disk != null) await mountDisk(disk.image, disk.folder);
};

/** The images stay. Nothing is removed below a mount that does not go. */
export async function removeDisks(dir: string): Promise<void> {
  const { disks } = clusterPaths(dir);
  await unmountUnder(disks);
  rmSync(disks, { recursive: true, force: true });
}

/** As when a machine is switched on again. Nothing if it has none. */
export async function remount(disk: LoopDisk | null | undefined): Promise<void> {
  if (disk == null) return;
  await unmountUnder(disk.folder);
  await mountDisk(disk.image, disk.folder);
}
