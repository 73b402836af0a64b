import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prunedMark } from '../../../src/host/data/pruned.js';
import { temporaryFolder } from '../../../testing/processes.js';

it('what was taken away from a run is read from its folder, and a damaged mark is none', () => {
  const dir = temporaryFolder();
  expect(prunedMark(dir)).toBeUndefined();
  const mark = { ledgersAt: '2026-11-22T12:00:00.000Z', reportAt: null, entry: null };
  writeFileSync(join(dir, 'pruned.json'), JSON.stringify(mark));
  expect(prunedMark(dir)).toEqual(mark);
  writeFileSync(join(dir, 'pruned.json'), '{"half');
  expect(prunedMark(dir)).toBeUndefined();
});
