import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clearDirty, dirtyMark, markDirty } from '../../../src/host/tickets/dirty-mark.js';
import { temporaryFolder } from '../../../testing/processes.js';

const mark = { faultId: 'f1', runId: 'r1', at: '2026-11-22T12:00:00.000Z', why: 'n2 did not come back' };

it('a cluster is clean until it is marked, the first reason stands, and a stop takes it away', () => {
  const dir = join(temporaryFolder(), 'local');
  expect(dirtyMark(dir)).toBeUndefined();
  markDirty(dir, mark);
  markDirty(dir, { ...mark, faultId: 'f2', why: 'something later' });
  expect(dirtyMark(dir)).toEqual(mark);
  expect(dirtyMark(`${dir}-other`)).toBeUndefined();
  clearDirty(dir);
  clearDirty(dir);
  expect(dirtyMark(dir)).toBeUndefined();
});
