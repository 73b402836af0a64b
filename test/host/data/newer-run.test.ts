import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { newerOfRun } from '../../../src/host/data/newer-run.js';
import { temporaryFolder } from '../../../testing/processes.js';

it('a run’s files of a newer program are found wherever they lie; those of brokers are none', () => {
  const dir = join(temporaryFolder(), 'run');
  expect(newerOfRun(dir)).toEqual([]);
  const add = (path: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), '{"format":2}');
  };
  const paths = ['plan.json', 'scenarios/kill/scenario.json', 'scenarios/kill/fault/phase.json', 'faults/f1.json'];
  for (const path of [...paths, 'cluster/7/n1/plan.json', 'other.json']) add(path);
  expect(
    newerOfRun(dir)
      .map((text) => text.slice(dir.length + 1, text.indexOf(':')))
      .sort(),
  ).toEqual(paths.sort());
});
