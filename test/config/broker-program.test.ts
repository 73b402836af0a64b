import { afterEach, describe, expect, it, vi } from 'vitest';
import { brokerProgram } from '../../src/config/broker-program.js';

afterEach(() => vi.unstubAllEnvs());

const programOf = (change: { driver?: string; binary?: string; project_root?: string }) =>
  brokerProgram(
    { name: 'c', driver: 'robustmq', nodes: 3, network: 'proxies', update_limit_minutes: 60, ...change },
    '/etc/chaos',
    ['first'],
  );

it('a driver that brings its broker needs none, and no advice about one', () => {
  expect(programOf({ driver: 'nats', binary: 'bin/x', project_root: '/src' })).toEqual({
    binary: undefined,
    warnings: ['first'],
  });
});

describe('with ROBUSTMQ_HOME', () => {
  it('the program lies below it', () => {
    vi.stubEnv('ROBUSTMQ_HOME', '/opt/robustmq');
    expect(programOf({ binary: 'libs/broker' })).toEqual({ binary: '/opt/robustmq/libs/broker', warnings: ['first'] });
  });

  it('the project root of the config is the nearer word, relative to the config file', () => {
    vi.stubEnv('ROBUSTMQ_HOME', '/opt/robustmq');
    expect(programOf({ binary: 'libs/broker', project_root: '../mq' }).binary).toBe('/etc/mq/libs/broker');
  });
});

describe('without ROBUSTMQ_HOME', () => {
  it.each(['', undefined])('that is said (%j), and the project root counts', (home) => {
    vi.stubEnv('ROBUSTMQ_HOME', home);
    const { binary, warnings } = programOf({ binary: 'libs/broker', project_root: '/src' });
    expect(binary).toBe('/src/libs/broker');
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toContain('ROBUSTMQ_HOME');
  });

  it('a config that names no root, or no binary, leaves it to the preflight', () => {
    vi.stubEnv('ROBUSTMQ_HOME', undefined);
    expect(programOf({ binary: 'libs/broker' }).binary).toBeUndefined();
    expect(programOf({ project_root: '/src' }).binary).toBeUndefined();
  });
});

it('an absolute binary is taken as it is', () => {
  vi.stubEnv('ROBUSTMQ_HOME', '/opt/robustmq');
  expect(programOf({ binary: '/usr/bin/broker' }).binary).toBe('/usr/bin/broker');
});
