import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { figuresOf, useOf, type Soak } from '../../../testing/soak/figures.js';
import { clusterDir, dataPaths, temporalPaths } from '../../../src/host/layout/paths.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { writeJson } from '../../../src/host/os/files.js';
import { useServer } from '../../../src/host/temporal/state.js';
import { deadProcess } from '../../../testing/memory-cluster.js';
import { shell, temporaryFolder, until } from '../../../testing/processes.js';

it('memory and open files of a process are told, and nothing of one that is gone', async () => {
  const folder = temporaryFolder();
  const plain = await shell(folder, 'exec sleep 600');
  const opened = await shell(folder, 'exec 7</dev/null 8</dev/null; exec sleep 600');
  await until('both files are open', () => useOf(opened)?.files === (useOf(plain)?.files ?? NaN) + 2);
  expect(useOf(ownIdentity())?.mb).toBeGreaterThan(20);
  expect(useOf(undefined)).toBeUndefined();
  expect(useOf({ ...deadProcess(), pid: 2 ** 22 + 1 })).toBeUndefined();
});

it('processes, temporary files, the database and the rest of the data folder are counted; folders of runs are not', async () => {
  const folder = temporaryFolder();
  const dataRoot = join(folder, 'data');
  const soak: Soak = { folder, dataRoot, clusterDir: clusterDir(dataRoot, 'soak'), temporary: join(folder, 'tmp') };
  const { database, server, users } = temporalPaths(dataRoot);
  const write = (path: string, bytes: number): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.alloc(bytes));
  };
  mkdirSync(soak.temporary);
  mkdirSync(users, { recursive: true });
  expect(figuresOf(soak, undefined)).toMatchObject({ 'worker MB': NaN, 'server files': NaN, processes: 0 });
  const leave = useServer(dataRoot, 'worker');
  writeJson(server, { process: ownIdentity() });
  const empty = figuresOf(soak, { mb: 70, files: 18 });
  write(join(soak.temporary, 'left'), 1);
  write(database, 1024 * 1024);
  write(`${database}-wal`, 512 * 1024);
  write(dataPaths(dataRoot).historyPage, 2 * 1024 * 1024);
  write(join(dataPaths(dataRoot).runs, 'run-1', 'ledger'), 5 * 1024 * 1024);
  await shell(folder, 'exec sleep 600');
  const now = figuresOf(soak, { mb: 70, files: 18 });
  expect(now).toMatchObject({
    'keeper MB': 70,
    'keeper files': 18,
    'temporary files': 1,
    processes: 1,
    'temporal.db MB': 1.5,
  });
  expect(now['disk MB'] - empty['disk MB']).toBeCloseTo(2, 2);
  expect(now['worker files']).toBeGreaterThan(0);
  expect(now['server MB']).toBeGreaterThan(20);
  leave();
});
