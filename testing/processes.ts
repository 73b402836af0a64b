import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { unmountUnder } from '../src/host/os/loop-disks.js';
import { findOwned, spawnDetached, sweepOwned, type ProcessId } from '../src/host/os/processes.js';

const folders: string[] = [];

/** A folder of this test file; gone when its tests are done, with every process that carries it as its mark. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'robustmq-chaos-host-')));
  folders.push(folder);
  return folder;
}

/** For the setup file alone (testing/clean-up.ts). */
export async function removeTemporaryFolders(): Promise<void> {
  for (const folder of folders.splice(0)) {
    await sweepOwned((owner) => owner.startsWith(folder));
    await unmountUnder(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A real process that does what a line of shell says, with the given mark. */
export const shell = (folder: string, script: string, owner = `${folder}#test`): Promise<ProcessId> =>
  spawnDetached({
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: process.env['PATH'] ?? '', ROBUSTMQ_CHAOS_OWNER: owner },
    cwd: folder,
    logFile: join(folder, 'shell.log'),
  });

/** Resolves as soon as the condition holds; fails with `what` if it does not come true in time. */
export async function until(what: string, condition: () => unknown, limitMs = 15_000): Promise<void> {
  await expect
    .poll(async () => Boolean(await condition()), { timeout: limitMs, interval: 20, message: what })
    .toBe(true);
}

/** This process does nothing meanwhile, and no timer of it is called. */
export const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

export const ownedBy = (folder: string): ProcessId[] => findOwned((owner) => owner.startsWith(folder));

/** Starts a fixture as a process of its own, and resolves when it has ended. */
export function fixture(name: string, args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const file = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ status: signal ?? code, errors });
    });
  });
  return { child, ended };
}

export interface Ended {
  readonly status: number | string | null;
  readonly errors: string;
}
