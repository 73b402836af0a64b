import { rmSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
import { endOwnedBy, scratchFolder } from './scratch.js';

/** A folder for the clients of one test file. It goes when the file's tests are done; a client that still runs by then is an error. */
export function clientFolder(name: string): string {
  const folder = scratchFolder(name);
  afterAll(async () => {
    const left = await endOwnedBy(folder);
    rmSync(folder, { recursive: true });
    expect(left, 'processes left behind').toBe(0);
  });
  return folder;
}
