import { describe, expect, it } from 'vitest';
import { configSchema, namingParts } from '../../src/config/schema.js';

const scenarios = [{ name: 'kill', fault: 'broker-kill', target: 'n1' }];

/** Paths of what is wrong with a config that is right but for the change. */
function problemsOf(change: object): string[] {
  const parsed = configSchema.safeParse({ scenarios, ...change });
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'));
}

it('scenarios are all that must be said', () => {
  const config = configSchema.parse({ scenarios });
  expect(config.scenarios[0]).toMatchObject({ params: {}, core: false, priority: 'P1' });
  expect(config).toMatchObject({ time_zone: 'UTC', cluster: { driver: 'nats', nodes: 3 }, publish: { via: 'none' } });
  expect(config.worker).toEqual({});
  expect(configSchema.safeParse({}).success).toBe(false);
  expect(problemsOf({ scenarios: [] })).toEqual(['scenarios']);
});

describe('refuses', () => {
  it.each<[string, object, string]>([
    ['a name in capitals', { cluster: { name: 'Local' } }, 'cluster.name'],
    ['a wait of a day', { timing: { heal_wait_seconds: 86_400 } }, 'timing.heal_wait_seconds'],
    ['a wait of nothing', { timing: { heal_wait_seconds: 0 } }, 'timing.heal_wait_seconds'],
    ['half a message', { load: { messages: 0.5 } }, 'load.messages'],
    ['a cron of six fields', { schedule: { cron: '0 0 */4 * * *' } }, 'schedule.cron'],
    ['a zone that nobody knows', { time_zone: 'Mars/Olympus' }, 'time_zone'],
    ['a rate above all', { verdict: { achieved_rate_min: 1.1 } }, 'verdict.achieved_rate_min'],
    ['no SDK at all', { sdks: [] }, 'sdks'],
    ['an age below nothing', { retention: { runs_days: -1 } }, 'retention.runs_days'],
    ['a name where metrics are served', { worker: { metrics: 'localhost:9464' } }, 'worker.metrics'],
    ['an unknown key', { clusters: {} }, ''],
    ['a token in place of its name', { publish: { token_env: 'ghp_0123456789abcdef' } }, 'publish.token_env'],
    ['an address with credentials', { publish: { api_url: 'https://a:b@example.com' } }, 'publish.api_url'],
    ['a folder that climbs out', { publish: { folder: '../reports' } }, 'publish.folder'],
    ['a remote that is a local path', { publish: { remote: '/srv/repo.git' } }, 'publish.remote'],
    ['an upload to nowhere', { publish: { via: 'octokit' } }, 'publish.repository'],
    ['a deploy key that is not named', { publish: { via: 'deploy-key', repository: 'a/b' } }, 'publish.key_file'],
    ['issues without a token', { publish: { issues: { enabled: true } } }, 'publish.issues'],
  ])('%s', (_what, change, path) => {
    expect(problemsOf(change)).toEqual([path]);
  });

  it('everything that is wrong at once', () => {
    expect(problemsOf({ sdks: [], time_zone: 'X', load: { messages: 0 } }).sort()).toEqual([
      'load.messages',
      'sdks',
      'time_zone',
    ]);
  });
});

it('takes the slash off the end of an address', () => {
  expect(configSchema.parse({ scenarios, publish: { api_url: 'http://127.0.0.1:1//' } }).publish.api_url).toBe(
    'http://127.0.0.1:1',
  );
});

describe('the parts that name things', () => {
  it('are read although the rest is wrong', () => {
    const parts = namingParts.parse({ cluster: { driver: 'nats' }, scenarios, load: 'much' });
    expect(parts.cluster?.driver).toBe('nats');
    expect(parts.scenarios.map((part) => part?.fault)).toEqual(['broker-kill']);
  });

  it('are undefined one by one where they cannot be read', () => {
    const parts = namingParts.parse({ cluster: { nodes: -1 }, scenarios: [...scenarios, { name: 7 }] });
    expect(parts.cluster).toBeUndefined();
    expect(parts.scenarios.map((part) => part?.name)).toEqual(['kill', undefined]);
    expect(namingParts.parse('nothing')).toEqual({
      cluster: undefined,
      scenarios: [],
      sdks: [],
      sdk_clients: {},
      known: [],
    });
  });
});
