import { freeRoom, inMb, missingReserve } from '../os/disk.js';
import type { Ability } from './machine.js';

/** Is there room for one run, and for the reserve that is freed when the disk is full all the same? */
export function diskRoom(dataRoot: string, runBytes: number): Ability {
  const needs = runBytes + missingReserve(dataRoot);
  const { bytes } = freeRoom(dataRoot);
  const detail = `one run needs ${inMb(needs)} on the disk of ${dataRoot}, has ${inMb(bytes)}`;
  return { name: 'room on the disk', ok: bytes >= needs, needed: true, detail };
}
