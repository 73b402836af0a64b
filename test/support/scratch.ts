import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOwned, sweepOwned } from '../../src/host/processes.js';

/** A temporary folder for one test file. Everything that is started for it carries the folder in its owner mark. */
export const scratchFolder = (name: string): string => mkdtempSync(join(realpathSync(tmpdir()), `chaos-${name}-`));

/** How many processes of this folder still run. They are ended, so that a test that fails leaves nothing either. */
export async function endOwnedBy(folder: string): Promise<number> {
  const left = findOwned((owner) => owner.startsWith(folder)).length;
  await sweepOwned((owner) => owner.startsWith(folder));
  return left;
}
