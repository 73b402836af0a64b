import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keeperOf } from '../../../src/host/keeper/control.js';
import { writeJson } from '../../../src/host/os/files.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { temporaryFolder } from '../../../testing/processes.js';

// How keepers are started, confirmed and replaced: keeper.test.ts, with real ones.
it('a keeper is one only as long as its very process lives', () => {
  const dir = join(temporaryFolder(), 'local');
  expect(keeperOf(dir)).toBeUndefined();
  writeJson(join(dir, 'keeper.json'), ownIdentity());
  expect(keeperOf(dir)).toEqual(ownIdentity());
  writeJson(join(dir, 'keeper.json'), { ...ownIdentity(), startTicks: 1 });
  expect(keeperOf(dir)).toBeUndefined();
});
