import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { run, type Ran } from './program.js';
import { syntheticRun } from './reports/synthetic.js';
import { writeRun } from './reports/stored.js';
import { scratchFolder } from './scratch.js';

/** The run that each test of a command finds in its data folder. */
export const sources = syntheticRun({ messages: 120, sdks: ['go', 'rust'], lostEvery: 4 });
export const { runId } = sources.data;
export const catalogue = 'scenarios: [{ name: kill, fault: broker-kill, target: robustmq-server }]';

/** Folder and config of the test that runs. */
export const place = { root: '', config: '' };
export const folder = (): string => join(place.root, 'data', 'runs', runId);
/** Runs the program on this data folder, as a process. */
export const chaos = (...args: string[]): Promise<Ran> => run([...args, '--config', place.config]);

/** For `beforeEach` of every file that uses this room. */
export function storeOneRun(): void {
  place.root = scratchFolder('commands');
  place.config = join(place.root, 'chaos.yml');
  writeFileSync(place.config, `data_dir: data\n${catalogue}\n`);
  writeRun(folder(), sources);
}

/** The command ends with this status and one line on standard error, and leaves no trace of a stack there. */
export function refuses({ exitCode, stdout, stderr }: Ran, status: number, words: RegExp): void {
  expect(stderr).toMatch(words);
  expect(stderr.split('\n')).toHaveLength(1);
  expect([exitCode, stdout]).toEqual([status, '']);
}

/** Neither a server nor a cluster was begun in this data folder. */
export const nothingStarted = (root: string): boolean =>
  !existsSync(join(root, 'data', 'temporal', 'server.json')) && !existsSync(join(root, 'data', 'clusters'));
