import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { temporalEnvironment } from '../../src/temporal/environment.js';
import { NO_SERVER_FILE } from '../../testing/no-server.js';
import { temporaryFolder } from '../../testing/processes.js';

beforeEach(() => {
  // Whatever the machine of the test has configured.
  for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) vi.stubEnv(name, undefined);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', NO_SERVER_FILE);
});
afterEach(() => void vi.unstubAllEnvs());

it.each<[string, Record<string, string>, RegExp]>([
  [
    'a key without an address',
    { TEMPORAL_API_KEY: 'secret' },
    /expected TEMPORAL_ADDRESS beside TEMPORAL_API_KEY, got none/,
  ],
  ['TLS without an address', { TEMPORAL_TLS: 'true' }, /expected TEMPORAL_ADDRESS beside TEMPORAL_TLS…, got none/],
  [
    'a certificate without its key',
    { TEMPORAL_ADDRESS: 'h:1', TEMPORAL_TLS_CLIENT_CERT_DATA: 'c' },
    /expected TEMPORAL_TLS_CLIENT_KEY_PATH \(or _DATA\) beside TEMPORAL_TLS_CLIENT_CERT_…, got none/,
  ],
  ['a URL', { TEMPORAL_ADDRESS: 'https://ns.example:7233' }, /TEMPORAL_ADDRESS: expected host:port, got https:/],
  [
    'a certificate that is not there',
    { TEMPORAL_ADDRESS: 'h:1', TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/nowhere' },
    /\/nowhere/,
  ],
  [
    'TLS in a word that is not known',
    { TEMPORAL_ADDRESS: 'h:1', TEMPORAL_TLS: 'yes' },
    /TEMPORAL_TLS: expected true or false, got "yes"/,
  ],
  ['a profile that is not there', { TEMPORAL_PROFILE: 'nobody' }, /nobody/],
  [
    'a config file that is not there',
    { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' },
    /TEMPORAL_CONFIG_FILE: expected a file, got \/nowhere\/temporal.toml, which is not there/,
  ],
])('%s is one error, and no other server is used', (_, env, words) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const error = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(words) });
  expect(() => temporalEnvironment()).toThrow(error);
  expect(() => temporalEnvironment()).not.toThrow(/secret/);
});

it.each([
  [
    'a key that is misspelt',
    '[profile.default]\nadress = "h:1"\n',
    /key\(s\) unrecognized in profile\.default: adress/,
  ],
  ['no profile', '# nothing\n', /expected a table \[profile\.default\] in the config file, got no profile/],
  ['nothing', '', /expected a table \[profile\.default\] in the config file, got no profile/],
  ['what is no TOML', 'address: h:1\n', /Invalid TOML/i],
])('a config file with %s is one error', (_, text, words) => {
  const file = join(temporaryFolder(), 'temporal.toml');
  writeFileSync(file, text);
  vi.stubEnv('TEMPORAL_CONFIG_FILE', file);
  const error = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(words) });
  expect(() => temporalEnvironment()).toThrow(error);
});

it('a file of the user that is not there says nothing', () => {
  vi.stubEnv('TEMPORAL_CONFIG_FILE', undefined);
  vi.stubEnv('XDG_CONFIG_HOME', temporaryFolder());
  expect(temporalEnvironment().connectionOptions.address).toBeUndefined();
});
