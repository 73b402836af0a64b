import { mkdtempSync, openSync, closeSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  freeBelow,
  limitLeaving,
  limitOpenFiles,
  openFilesLimit,
  openFilesProblem,
  openNumbers,
} from '../../../src/host/os/open-files.js';
import { ownIdentity, signalProcess, waitGone } from '../../../src/host/os/processes.js';
import { shell, temporaryFolder, until } from '../../../testing/processes.js';

describe('a limit of open files', () => {
  it.each([
    ['nothing', 0, [0, 1, 2, 3], 4],
    ['nothing, with a hole that would be free', 0, [0, 1, 3, 9], 2],
    ['one, which is the hole', 1, [0, 1, 3, 9], 4],
    ['three, past holes', 3, [0, 1, 3, 5, 6], 8],
    ['nothing to a process without files', 0, [], 0],
    ['two to a process without files', 2, [], 2],
  ])('leaves %s', (_what, spare, open, limit) => {
    expect(limitLeaving(spare, open)).toBe(limit);
    expect(freeBelow(limit, open)).toBe(spare);
  });

  it('of a process is lowered and raised again, and its hard limit stays', async () => {
    const folder = temporaryFolder();
    const process = await shell(folder, 'exec sleep 60');
    const before = openFilesLimit(process)!;
    expect(openFilesProblem()).toBeUndefined();
    await limitOpenFiles(process, '3');
    expect(openFilesLimit(process)).toEqual({ soft: '3', hard: before.hard });
    await limitOpenFiles(process, before.soft);
    expect(openFilesLimit(process)).toEqual(before);
    await expect(limitOpenFiles(process, `${Number(before.hard) + 1}`)).rejects.toThrow(/^prlimit --pid/);
    signalProcess(process, 'SIGKILL');
    await waitGone(process, 5000);
    await limitOpenFiles(process, '3');
    await until('the kernel knows no limits of it', () => openFilesLimit(process) === undefined);
  });

  it('counts what is open', () => {
    const folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-files-'));
    const file = openSync(join(folder, 'x'), 'w');
    expect(openNumbers(ownIdentity())).toContain(file);
    closeSync(file);
    rmSync(folder, { recursive: true });
  });
});
