import { describe, expect, it } from 'vitest';
import { hostTroubleIn, tooBusyToTell } from '../../src/domain/host-trouble.js';

it.each([
  'OSError: [Errno 28] No space left on device',
  'write /data/x: no space left on device',
  'Os { code: 122, kind: QuotaExceeded, message: "Disk quota exceeded" }',
  'accept: too many open files in system',
  'fork: Cannot allocate memory',
])('a host that has run out of something is recognised: %s', (line) => {
  expect(hostTroubleIn(`before\n  ${line}\nafter`)).toBe(line);
});

it('what a broker used up itself is its own', () => {
  expect(hostTroubleIn('accept4: too many open files\nconnection refused')).toBeUndefined();
  expect(hostTroubleIn('')).toBeUndefined();
});

it('a long line is cut', () => {
  expect(hostTroubleIn(`no space left on device ${'x'.repeat(500)}`)).toHaveLength(200);
});

describe('after a wait in vain', () => {
  const cpu = { busyPercent: 100, clusterPercent: 5, clientsPercent: 2 };

  it('nobody can tell who was too slow where we were late ourselves for half of the time', () => {
    expect(tooBusyToTell({ ...cpu, latePercent: 50 })).toMatch(
      /^this host was too busy to tell: .*late for 50 %.*100 % busy, 5 %/,
    );
    expect(tooBusyToTell({ ...cpu, latePercent: 49 })).toBeUndefined();
  });

  it('a broker is not excused by other programs that leave us time to look', () => {
    expect(tooBusyToTell({ ...cpu, latePercent: 3 })).toBeUndefined();
  });

  it('a cluster that takes the processors itself is not excused by that', () => {
    expect(tooBusyToTell({ ...cpu, clusterPercent: 50, latePercent: 99 })).toBeUndefined();
    expect(tooBusyToTell({ ...cpu, clusterPercent: 49, latePercent: 99 })).toBeDefined();
  });

  it('nothing is excused where nobody has measured', () => {
    expect(tooBusyToTell(null)).toBeUndefined();
    expect(tooBusyToTell(undefined)).toBeUndefined();
    expect(tooBusyToTell(cpu)).toBeUndefined();
  });
});
