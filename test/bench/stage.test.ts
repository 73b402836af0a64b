import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { sweepOwned } from '../../src/host/os/processes.js';
import { ownedBy, until } from '../../testing/processes.js';

/** A command with a stage, on which one process runs. It says where, and waits. */
const PROGRAM = `
import { openStage } from '${new URL('../../bench/stage.ts', import.meta.url).href}';
const stage = openStage('test');
const service = stage.start('sleeper', ['/bin/sh', '-c', 'sleep 600 & exec sleep 600']);
process.once('SIGINT', () => void stage.close().then(() => process.exit(130)));
console.log(stage.folder);
await service.ended;
await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

let place = '';
/** Where the stage does not end what is on it, the test does. */
afterEach(async () => {
  if (place === '') return;
  await sweepOwned((owner) => owner.startsWith(place));
  rmSync(place, { recursive: true, force: true });
});

async function command(): Promise<{ readonly child: ChildProcess; readonly folder: string }> {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', PROGRAM];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [folder = ''] = await new Promise<string[]>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve([line]));
    child.once('exit', (status) => reject(new Error(`ended with ${String(status)}`)));
  });
  place = folder;
  await until('its processes run', () => ownedBy(folder).length === 2);
  return { child, folder };
}

describe('what a command has on its stage', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)('is gone after %s, and so is the folder', async (signal) => {
    const { child, folder } = await command();
    expect(existsSync(folder)).toBe(true);
    child.kill(signal);
    await until('its processes are gone', () => ownedBy(folder).length === 0);
    await until('its folder is gone', () => !existsSync(folder));
  });
});
