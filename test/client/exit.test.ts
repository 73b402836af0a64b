import { expect, it } from 'vitest';
import { exitCodeOfError } from '../../src/client/exit.js';
import { ChaosError } from '../../src/domain/errors.js';

it.each([
  ['a config that is wrong', new ChaosError('CONFIG_INVALID', ''), 64],
  ['a limit of the host that is too low', new ChaosError('HOST_LIMIT', ''), 64],
  ['a breaker that is open', new ChaosError('BREAKER_OPEN', ''), 75],
  ['equipment that failed', new ChaosError('PREFLIGHT_FAILED', ''), 1],
  ['a bug', new Error(''), 1],
  ['what is no error at all', 'oops', 1],
])('%s', (_what, error, status) => {
  expect(exitCodeOfError(error)).toBe(status);
});
