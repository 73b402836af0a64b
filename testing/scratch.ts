import { mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOwned, sweepOwned } from '../src/host/os/processes.js';

const place = (): string => realpathSync(tmpdir());
const prefix = (name: string): string => `chaos-${name}-`;

/** A temporary folder for one test file. Everything that is started for it carries the folder in its owner mark. */
export const scratchFolder = (name: string): string => mkdtempSync(join(place(), prefix(name)));

/** Those that are there and whose name begins so, whoever made them. */
export const scratchFolders = (name: string): string[] =>
  readdirSync(place())
    .filter((entry) => entry.startsWith(prefix(name)))
    .map((entry) => join(place(), entry));

/** How many processes of this folder still run. They are ended, so that a test that fails leaves nothing either. */
export async function endOwnedBy(folder: string): Promise<number> {
  const left = findOwned((owner) => owner.startsWith(folder)).length;
  await sweepOwned((owner) => owner.startsWith(folder));
  return left;
}
