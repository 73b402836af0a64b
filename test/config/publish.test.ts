import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../src/config/load.js';
import { notifySettings, publishing } from '../../src/config/publish.js';
import type { ChaosError } from '../../src/domain/errors.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';

const catalogue = 'scenarios: [{ name: kill, fault: broker-kill, target: robustmq-server }]';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function load(sections: string): Config {
  const file = join(folder, 'config.yml');
  writeFileSync(file, `${sections}\n${catalogue}\n`);
  return loadConfig(file, { drivers, faults });
}

/** What a config is refused with: one line for each problem. */
function problems(sections: string): string[] {
  try {
    load(sections);
  } catch (error) {
    expect((error as ChaosError).code).toBe('CONFIG_INVALID');
    const [, ...lines] = (error as Error).message.split('\n');
    return lines.map((line) => line.trim());
  }
  throw new Error('the config was accepted');
}

const settingsOf = (section: string) => publishing(load(`publish: ${section}`)).settings;

it('runs are kept for a month with their ledgers and for a year with their report, unless the config says otherwise', () => {
  expect(publishing(load('')).retention).toEqual({ ledgersDays: 30, runsDays: 365, minFreeMb: 500 });
  const retention = publishing(load('retention: { ledgers_days: 0, min_free_mb: 10 }')).retention;
  expect(retention).toEqual({ ledgersDays: 0, runsDays: 365, minFreeMb: 10 });
});

describe('how runs are published', () => {
  it('is not at all where the config says nothing', () => {
    expect(publishing(load(''))).toMatchObject({ dataRoot: join(folder, '..', 'data'), settings: null });
    expect(settingsOf('{ repository: owner/reports }')).toBeNull();
  });

  it('is by a token from the environment, to github.com, unless the config says otherwise', () => {
    expect(settingsOf('{ via: octokit, repository: owner/reports }')).toEqual({
      via: 'octokit',
      repository: 'owner/reports',
      branch: 'main',
      folder: 'reports',
      ledgers: false,
      apiUrl: 'https://api.github.com',
      webUrl: 'https://github.com',
      token: { env: 'GITHUB_TOKEN', file: null },
      deployKey: null,
      issues: null,
    });
    const other = '{ via: octokit, repository: o/r, token_file: secrets/token, api_url: "https://host/api/v3/" }';
    expect(settingsOf(other)).toMatchObject({
      apiUrl: 'https://host/api/v3',
      token: { file: join(folder, 'secrets/token') },
    });
  });

  it('is by a deploy key to the repository on github.com, or to a remote of its own with its known hosts', () => {
    expect(settingsOf('{ via: deploy-key, repository: o/r, key_file: ../key }')?.deployKey).toEqual({
      remote: 'git@github.com:o/r.git',
      keyFile: join(folder, '..', 'key'),
      knownHostsFile: null,
    });
    const own =
      '{ via: deploy-key, repository: o/r, key_file: /k, remote: "ssh://git@host:22/r", known_hosts_file: hosts }';
    expect(settingsOf(own)?.deployKey).toEqual({
      remote: 'ssh://git@host:22/r',
      keyFile: '/k',
      knownHostsFile: join(folder, 'hosts'),
    });
  });

  it('keeps issues in the repository of the reports, or in another one', () => {
    const issues = (more: string) => settingsOf(`{ via: octokit, repository: o/r, issues: { ${more} } }`)?.issues;
    expect(issues('enabled: false')).toBeNull();
    expect(issues('enabled: true')).toEqual({ repository: 'o/r', label: 'chaos-test' });
    expect(issues('enabled: true, repository: o/broker, label: bug')).toEqual({ repository: 'o/broker', label: 'bug' });
  });
});

describe('the examples in the config that comes with the program', () => {
  const text = readFileSync(fileURLToPath(new URL('../../config/default.yml', import.meta.url)), 'utf8');
  const examples = [...text.matchAll(/^# (publish|notify):.*\n(?:# .+\n)+/gm)].map(([block]) =>
    block.replace(/^# /gm, ''),
  );

  it('are both ways of publishing, and Feishu, and are right once the # are gone', () => {
    expect(examples).toHaveLength(3);
    const [token = '', key = '', feishu = ''] = examples;
    expect(publishing(load(token)).settings).toMatchObject({ via: 'octokit', token: { env: 'GITHUB_TOKEN' } });
    expect(publishing(load(key)).settings).toMatchObject({ via: 'deploy-key', deployKey: { knownHostsFile: null } });
    expect(notifySettings(load(feishu)).feishu).toMatchObject({ secret: { env: 'FEISHU_SECRET' }, card: true });
  });
});

describe('a way of publishing that is wrong', () => {
  it.each([
    ['a way that does not exist', '{ via: ftp }', /^line 1: publish\.via: .*"none"\|"octokit"\|"deploy-key"/],
    [
      'a repository by its address',
      '{ repository: "https://github.com/o/r" }',
      /publish\.repository: expected owner\/n/,
    ],
    ['no repository', '{ via: octokit }', /publish\.repository: expected owner\/name, since via is octokit$/],
    ['no key', '{ via: deploy-key, repository: o/r }', /publish\.key_file: expected a file, since via is deploy-key$/],
    ['a branch that is an option', '{ branch: "--force" }', /publish\.branch: expected a branch, e\.g\. main$/],
    ['a folder above the repository', '{ folder: ../reports }', /publish\.folder: expected a folder/],
    ['a folder at the root', '{ folder: /reports }', /publish\.folder: expected a folder, e\.g\. docs\/reports$/],
    ['an address without a scheme', '{ api_url: api.github.com }', /publish\.api_url: expected an http or https addr/],
    ['an address that is no http', '{ web_url: "ftp://host" }', /publish\.web_url: expected an http or https address$/],
    [
      'an address with a password',
      '{ api_url: "https://me:planted@host" }',
      /publish\.api_url: .*without credentials$/,
    ],
    ['a remote that is no SSH', '{ remote: "https://github.com/o/r" }', /publish\.remote: expected git@host:owner/],
    ['a remote that is an option', '{ remote: "--upload-pack=x" }', /publish\.remote: expected git@host:owner\/name/],
    ['an empty key file', '{ key_file: "" }', /publish\.key_file: /],
    ['a label that is too long', `{ issues: { label: ${'x'.repeat(51)} } }`, /publish\.issues\.label: /],
    [
      'issues without a token',
      '{ via: deploy-key, repository: o/r, key_file: k, issues: { enabled: true } }',
      /publish\.issues: expected via: octokit: only a token may open issues$/,
    ],
    ['the token itself', '{ token_env: ghp_planted1 }', /publish\.token_env: .*what looks like a token$/],
    ['a fine-grained token itself', '{ token_env: github_pat_planted1 }', /publish\.token_env: .*looks like a token$/],
    ['something that is no name', '{ token_env: "planted secret" }', /token_env: .*never the secret itself$/],
    [
      'a key that does not exist',
      '{ token: planted }',
      /publish\.token: unknown key; known keys: via, repository, branch/,
    ],
  ])('is refused in one line: %s', (_what, section, words) => {
    const found = problems(`publish: ${section}`);
    expect(found).toEqual([expect.stringMatching(words)]);
    expect(found[0]).not.toContain('planted');
  });
});

describe('whom the config wants told', () => {
  const feishuOf = (section: string) => notifySettings(load(`notify: { feishu: ${section} }`)).feishu;

  it('is nobody where it says nothing', () => {
    expect(notifySettings(load('')).feishu).toBeNull();
    expect(feishuOf('{ card: true }')).toBeNull();
  });

  it('is a service outside, by an address without credentials', () => {
    expect(notifySettings(load('')).pingUrl).toBeNull();
    const address = 'https://hc-ping.com/uuid';
    expect(notifySettings(load(`notify: { ping_url: "${address}" }`)).pingUrl).toBe(address);
    expect(problems('notify: { ping_url: uuid }')).toEqual([
      expect.stringContaining('notify.ping_url: expected an http or https address'),
    ]);
  });

  it('is a bot with a signature, by secrets from the environment or from files', () => {
    expect(feishuOf('{ enabled: true }')).toEqual({
      webhook: { env: 'FEISHU_WEBHOOK', file: null },
      secret: { env: 'FEISHU_SECRET', file: null },
      card: false,
    });
    expect(feishuOf('{ enabled: true, signed: false, webhook_file: hook, card: true }')).toEqual({
      webhook: { env: 'FEISHU_WEBHOOK', file: join(folder, 'hook') },
      secret: null,
      card: true,
    });
  });

  it.each([
    [
      'the address itself',
      '{ webhook_env: "https://open.feishu.cn/planted" }',
      /webhook_env: .*never the secret itself/,
    ],
    ['a word for yes', '{ enabled: si }', /^line 1: notify\.feishu\.enabled: .*expected true or false/],
    [
      'a key that does not exist',
      '{ webhook: planted }',
      /notify\.feishu\.webhook: unknown key; known keys: enabled, webhook_env/,
    ],
  ])('is refused in one line: %s', (_what, section, words) => {
    const found = problems(`notify: { feishu: ${section} }`);
    expect(found).toEqual([expect.stringMatching(words)]);
    expect(found[0]).not.toContain('planted');
  });
});
