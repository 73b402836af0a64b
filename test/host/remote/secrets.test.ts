import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { placeOf, readSecret, redact } from '../../../src/host/remote/secrets.js';
import { temporaryFolder } from '../../../testing/processes.js';

const file = join(temporaryFolder(), 'token');
afterEach(() => vi.unstubAllEnvs());

describe('a secret', () => {
  it('is in the environment, without the space around it', () => {
    vi.stubEnv('CHAOS_TEST_SECRET', ' s3cret\n');
    expect(readSecret({ env: 'CHAOS_TEST_SECRET', file: null }, 'token')).toBe('s3cret');
  });

  it('is in the file if one is named, whatever the environment says', () => {
    vi.stubEnv('CHAOS_TEST_SECRET', 'other');
    writeFileSync(file, 's3cret\n');
    expect(readSecret({ env: 'CHAOS_TEST_SECRET', file }, 'token')).toBe('s3cret');
  });

  it.each([
    ['an empty variable', { env: 'CHAOS_TEST_SECRET', file: null }],
    ['an empty file', { env: 'X', file }],
    ['no file', { env: 'X', file: `${file}-missing` }],
  ])('that is missing is an error that says what and where: %s', (_what, source) => {
    vi.stubEnv('CHAOS_TEST_SECRET', '  ');
    writeFileSync(file, ' \n');
    let error: unknown;
    try {
      readSecret(source, 'GitHub token');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'SECRET_MISSING', retryable: false });
    expect(String(error)).toContain('GitHub token');
    expect(String(error)).toContain(placeOf(source));
  });
});

it('a place is a variable or a file, by name', () => {
  expect(placeOf({ env: 'TOKEN', file: null })).toContain('TOKEN');
  expect(placeOf({ env: 'TOKEN', file: '/etc/token' })).toContain('/etc/token');
});

it('a text is cleaned of a secret in all the forms in which it travels', () => {
  const secret = 'a/b+c?';
  const text = `plain ${secret}, url ${encodeURIComponent(secret)}, basic ${Buffer.from(secret).toString('base64')}`;
  expect(redact(text, [secret, ''])).toBe('plain ***, url ***, basic ***');
  expect(redact('nothing', [])).toBe('nothing');
});
