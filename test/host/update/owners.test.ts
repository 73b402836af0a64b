import { afterEach, expect, it, vi } from 'vitest';
import { commandOwner, isOfUpdate, updateEnvironment, watcherOwner } from '../../../src/host/update/owners.js';

afterEach(() => vi.unstubAllEnvs());

it('an update has its run, its broker and the proxies, and no secret of the worker', () => {
  vi.stubEnv('https_proxy', 'http://proxy:3128');
  vi.stubEnv('GITHUB_TOKEN', 'planted');
  const environment = updateEnvironment({ runId: 'run-1', binary: '/opt/broker' });
  expect(environment).toMatchObject({
    https_proxy: 'http://proxy:3128',
    ROBUSTMQ_CHAOS_RUN_ID: 'run-1',
    ROBUSTMQ_CHAOS_BINARY: '/opt/broker',
  });
  expect(JSON.stringify(environment)).not.toContain('planted');
});

it('the processes of one run’s update are no other run’s', () => {
  const isOurs = isOfUpdate('/data/runs/run-1');
  expect([watcherOwner('/data/runs/run-1'), commandOwner('/data/runs/run-1')].map(isOurs)).toEqual([true, true]);
  expect([watcherOwner('/data/runs/run-10'), '/data/runs/run-1', '/data/runs/run-1#x'].some(isOurs)).toBe(false);
});
