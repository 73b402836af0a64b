import { expect, it } from 'vitest';
import { ChaosError } from '../../../src/domain/errors.js';
import { RemoteError } from '../../../src/host/remote/remote-error.js';

it.each([
  ['REMOTE_UNREACHABLE', true],
  ['REMOTE_RATE_LIMITED', true],
  ['REMOTE_DENIED', false],
  ['SECRET_MISSING', false],
] as const)('%s may be tried again: %s', (code, retryable) => {
  const error = new RemoteError(code, 'why');
  expect(error).toMatchObject({ code, retryable, message: 'why', retryAfterMs: null });
  expect(error).toBeInstanceOf(ChaosError);
});

it('says for how long the service wants to be left alone', () => {
  expect(new RemoteError('REMOTE_RATE_LIMITED', 'why', 7000).retryAfterMs).toBe(7000);
});
