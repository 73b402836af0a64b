import { expect, it } from 'vitest';
import { cannotStart, isSameStart, startText } from '../../src/domain/started-with.js';

it('two starts are the same that have the same, and none has nothing', () => {
  expect(isSameStart({}, {})).toBe(true);
  expect(isSameStart({ sync: 'always', disks: 'ext4' }, { disks: 'ext4', sync: 'always' })).toBe(true);
  expect(isSameStart({ disks: 'ext4' }, {})).toBe(false);
  expect(isSameStart({ disks: 'ext4' }, { disks: 'ext4', sync: 'always' })).toBe(false);
});

it('is told in words', () => {
  expect(startText({})).toBe('as a plain cluster');
  expect(startText({ disks: 'ext4', sync: 'always' })).toBe(
    'with a disk for each node, in a file (ext4) and brokers that sync each write',
  );
});

it('a driver cannot start what it does not say it can', () => {
  expect(cannotStart({ disks: 'ext4', sync: 'always' }, ['disks'])).toEqual(['brokers that sync each write']);
  expect(cannotStart({ disks: 'ext4' }, ['disks', 'sync'])).toEqual([]);
  expect(cannotStart({}, [])).toEqual([]);
});
