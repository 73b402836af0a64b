import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerSearchAttributes } from '../../src/temporal/register-search-attributes.js';
import { quietRuntime, TEMPORAL_PATH } from '../../testing/workflows/rig.js';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  quietRuntime();
  env = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: TEMPORAL_PATH }, log: { format: 'pretty', level: 'error' } },
  });
});
afterAll(() => env.teardown());

const ours = async (): Promise<string[]> => {
  const { customAttributes } = await env.nativeConnection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  return Object.keys(customAttributes)
    .filter((name) => name.startsWith('Chaos'))
    .sort();
};

it('a server that knows nothing of our search attributes has them when a worker has started, or a second one', async () => {
  expect(await ours()).toEqual([]);
  for (let worker = 0; worker < 2; worker += 1) {
    await registerSearchAttributes(env.nativeConnection, 'default');
    expect(await ours()).toEqual(['ChaosCluster', 'ChaosScenario', 'ChaosState']);
  }
});
