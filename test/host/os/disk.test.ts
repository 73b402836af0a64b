import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RESERVE } from '../../../src/domain/run-files.js';
import {
  describeRoom,
  freeReserve,
  freeReserveIfLow,
  freeRoom,
  isNoRoom,
  makeReserve,
  missingReserve,
  RESERVE_BYTES,
  reserveMark,
} from '../../../src/host/os/disk.js';
import { temporaryFolder } from '../../../testing/processes.js';

// What happens on a disk that is full: test/activities/room.test.ts and test/host/keeper/full-disk.test.ts.

const folder = temporaryFolder();

describe('the reserve of a data folder', () => {
  const root = join(folder, 'data');

  it('is made with the folder, once, and takes real room', () => {
    expect(missingReserve(root)).toBe(RESERVE_BYTES);
    makeReserve(root);
    const { size, blocks } = statSync(join(root, RESERVE));
    expect(size).toBeGreaterThanOrEqual(RESERVE_BYTES);
    expect(blocks * 512).toBeGreaterThanOrEqual(RESERVE_BYTES);
    expect(missingReserve(root)).toBe(0);
    const mark = reserveMark(root);
    makeReserve(root);
    expect(reserveMark(root)).toBe(mark);
  });

  it('is found from every place in the folder, freed once, and stays as an empty file that everybody can see', () => {
    const before = reserveMark(root);
    expect(freeReserve(join(root, 'runs', 'run-1', 'not-there-yet.json'))).toBe(true);
    expect(statSync(join(root, RESERVE)).size).toBe(0);
    expect(reserveMark(root)).not.toBe(before);
    expect(freeReserve(root)).toBe(false);
  });

  it('is made whole again, and is another one then', () => {
    const freed = reserveMark(root);
    makeReserve(root);
    expect(missingReserve(root)).toBe(0);
    expect(reserveMark(root)).not.toBe(freed);
  });

  it('is left alone while there is room', () => {
    expect(freeReserveIfLow(root)).toBe(false);
    expect(missingReserve(root)).toBe(0);
  });

  it('is never a file of somebody else that has its name', () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, RESERVE), 'mine');
    expect(freeReserve(join(other, 'a.json'))).toBe(false);
    expect(readFileSync(join(other, RESERVE), 'utf8')).toBe('mine');
  });
});

it('free room is known of a folder that is still to be made', () => {
  const { bytes } = freeRoom(join(folder, 'none', 'at', 'all'));
  expect(bytes).toBeGreaterThan(0);
});

it('is described with the files where these are what is short', () => {
  expect(describeRoom({ bytes: 3_500_000, files: 70_000 })).toBe('3 MB free');
  expect(describeRoom({ bytes: 3_500_000, files: 0 })).toBe('3 MB free, and room for 0 more files');
});

it.each(['ENOSPC', 'EDQUOT', 'EROFS'])('%s says that there is no room', (code) => {
  expect(isNoRoom(Object.assign(new Error('write'), { code }))).toBe(true);
  expect(isNoRoom(Object.assign(new Error('write'), { code: 'EACCES' }))).toBe(false);
  expect(isNoRoom({ code })).toBe(false);
});
