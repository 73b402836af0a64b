import { expect, it } from 'vitest';
import { ChaosError } from '../../src/domain/errors.js';
import { pack, unpack } from '../../src/threads/packed-error.js';

const across = (thrown: unknown): Error => unpack(structuredClone(pack(thrown)));

it('an error of ours crosses with its code and its subject', () => {
  const error = across(new ChaosError('CLUSTER_HELD', 'expected a free cluster', 'run-7'));
  expect(error).toBeInstanceOf(ChaosError);
  expect(error).toMatchObject({ code: 'CLUSTER_HELD', message: 'expected a free cluster', subject: 'run-7' });
});

it('an error of the system crosses with its name and with where it was thrown', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(across(full)).toMatchObject({ code: 'ENOSPC', message: full.message, stack: full.stack });
});

it('what is no error becomes one', () => {
  expect(across('a word').message).toBe('a word');
  expect(across(new Error('plain'))).not.toHaveProperty('code');
});
