import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { isOfThisMachine, readIdentity, workerIdentity } from '../../src/temporal/identity.js';

const own = readIdentity(workerIdentity('host-a'))!;

it('a worker says its process, machine, boot and host', () => {
  expect(own).toEqual({
    pid: process.pid,
    machine: hostname(),
    boot: expect.stringMatching(/^[0-9a-f]{8}$/),
    hostId: 'host-a',
  });
});

it('an older version says less, and a stranger nothing', () => {
  expect(readIdentity('17@elsewhere')).toEqual({ pid: 17, machine: 'elsewhere', boot: null, hostId: null });
  for (const stranger of ['', 'temporal-cli', '17@a b', 'x17@a']) expect(readIdentity(stranger)).toBeUndefined();
});

it('another machine of the same name is another one, and so is this one before it was booted anew', () => {
  expect(isOfThisMachine(own)).toBe(true);
  expect(isOfThisMachine({ ...own, boot: null, hostId: null })).toBe(true);
  expect(isOfThisMachine({ ...own, boot: '00000000' })).toBe(false);
  expect(isOfThisMachine({ ...own, machine: 'elsewhere' })).toBe(false);
});
