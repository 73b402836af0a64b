import { ChaosError } from '../domain/errors.js';
import type { RunPlan } from '../domain/plan.js';
import { roomForRun } from '../domain/room.js';
import { dataRootOf } from '../host/layout/paths.js';
import { freeRoom, inMb, makeReserve, missingReserve, RESERVE_BYTES } from '../host/os/disk.js';

/** Makes the reserve whole, and refuses a run that would fill the disk. */
export function requireRoom(plan: RunPlan): void {
  const dataRoot = dataRootOf(plan.runDir);
  const needs = roomForRun(plan) + missingReserve(dataRoot);
  const { bytes } = freeRoom(dataRoot);
  if (bytes < needs)
    throw new ChaosError(
      'DISK_FULL',
      `run ${plan.runId} needs ${inMb(needs)} on the disk of ${dataRoot}, has ${inMb(bytes)}`,
    );
  makeReserve(dataRoot);
}

/** The reserve alone: for a cluster that is started in the middle of a run. */
export function requireReserve(plan: RunPlan): void {
  const dataRoot = dataRootOf(plan.runDir);
  const { bytes } = freeRoom(dataRoot);
  if (bytes < missingReserve(dataRoot)) {
    throw new ChaosError(
      'DISK_FULL',
      `expected room for a reserve of ${inMb(RESERVE_BYTES)} on the disk of ${dataRoot}, which has ${inMb(bytes)}`,
    );
  }
  makeReserve(dataRoot);
}
