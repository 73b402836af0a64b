import { expect, it } from 'vitest';
import { hostTroubleIn } from '../../src/domain/host-trouble.js';

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
