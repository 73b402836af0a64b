import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeployKeySettings } from '../../../src/domain/publish.js';
import { GITHUB_HOST_KEYS, hostOf, knownHostsFile } from '../../../src/host/publish/known-hosts.js';
import { temporaryFolder } from '../../../testing/processes.js';

it.each([
  ['git@github.com:owner/name.git', 'github.com'],
  ['ssh://git@example.org:2222/path', 'example.org'],
  ['ssh://git@127.0.0.1/path', '127.0.0.1'],
  ['/srv/repo.git', ''],
])('the host of %s is %j', (remote, host) => {
  expect(hostOf(remote)).toBe(host);
});

it('the keys of github.com have the fingerprints that GitHub publishes', () => {
  const fingerprints = GITHUB_HOST_KEYS.map((line) => {
    const key = Buffer.from(line.split(' ')[2] ?? '', 'base64');
    return createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
  });
  expect(fingerprints).toEqual([
    '+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    'p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
  ]);
});

describe('the hosts that are trusted', () => {
  const workDir = temporaryFolder();
  const github = 'git@github.com:owner/name.git';
  const fileOf = (change: Partial<DeployKeySettings>): string =>
    knownHostsFile({ remote: github, keyFile: '/key', knownHostsFile: null, ...change }, workDir);

  it('are github.com alone where the config names no file', () => {
    expect(readFileSync(fileOf({}), 'utf8')).toBe(`${GITHUB_HOST_KEYS.join('\n')}\n`);
  });

  it('are those of the file that the config names', () => {
    const own = join(workDir, 'own');
    writeFileSync(own, '');
    expect(fileOf({ knownHostsFile: own })).toBe(own);
    expect(fileOf({ knownHostsFile: own, remote: 'git@example.org:x.git' })).toBe(own);
  });

  it.each<[string, Partial<DeployKeySettings>]>([
    ['a file that is not there', { knownHostsFile: join(workDir, 'missing') }],
    ['another host without a file', { remote: 'git@example.org:owner/name.git' }],
  ])('are none for %s', (_what, change) => {
    expect(() => fileOf(change)).toThrow(expect.objectContaining({ code: 'HOST_KEY_UNKNOWN' }));
  });
});
