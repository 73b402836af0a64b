import { freeRoom, inMb, missingReserve } from '../os/disk.js';
import { whyNotWritable, type Written } from '../os/writable.js';
import type { Ability } from './machine.js';

/** Is there room for one run, and for the reserve that is freed when the disk is full all the same? */
export function diskRoom(dataRoot: string, runBytes: number): Ability {
  const needs = runBytes + missingReserve(dataRoot);
  const { bytes } = freeRoom(dataRoot);
  const detail = `one run needs ${inMb(needs)} on the disk of ${dataRoot}, has ${inMb(bytes)}`;
  return { name: 'room on the disk', ok: bytes >= needs, needed: true, detail };
}

/** Could this process write what a run has to write? Of the room on its disk only then. */
export function dataFolder(written: Written, runBytes: number): Ability[] {
  const why = whyNotWritable(written);
  const detail = why ?? `${written.folder} can be written to`;
  const found: Ability = { name: 'data folder', ok: why === undefined, needed: true, detail };
  return why === undefined ? [found, diskRoom(written.folder, runBytes)] : [found];
}
