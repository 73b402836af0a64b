import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  missingSearchAttributes,
  registerSearchAttributes,
  withoutAttributes,
} from '../../src/temporal/register-search-attributes.js';
import { UNTIL_SEEN } from '../../testing/workflows/breaker-runs.js';
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

const ALL = ['ChaosCluster', 'ChaosState', 'ChaosScenario'];
const refused = Object.assign(new Error('7'), { code: 7, details: 'not for you' });
/** The server's own answers, and a refusal of the operator's service. */
const locked = (): Pick<typeof env.nativeConnection, 'operatorService' | 'workflowService'> => ({
  workflowService: env.nativeConnection.workflowService,
  operatorService: {
    listSearchAttributes: () => Promise.reject(refused),
  } as unknown as typeof env.nativeConnection.operatorService,
});

it('where nobody may register them, it is known which are missing', async () => {
  expect(await missingSearchAttributes(env.nativeConnection, 'default')).toEqual(ALL);
  const why = 'PERMISSION_DENIED: not for you';
  expect(await registerSearchAttributes(locked(), 'default')).toEqual({ names: ALL, why });
});

it('a server that knows nothing of our search attributes has them when a worker has started, or a second one', async () => {
  expect(await ours()).toEqual([]);
  for (let worker = 0; worker < 2; worker += 1) {
    await registerSearchAttributes(env.nativeConnection, 'default');
    expect(await ours()).toEqual(['ChaosCluster', 'ChaosScenario', 'ChaosState']);
  }
});

it('where somebody else has registered them, nothing is missing, and no right of an operator is needed', async () => {
  // The part of the server that answers learns of them a moment later.
  await vi.waitFor(
    async () => expect(await missingSearchAttributes(env.nativeConnection, 'default')).toEqual([]),
    UNTIL_SEEN,
  );
  expect(await registerSearchAttributes(locked(), 'default')).toBeUndefined();
});

it('a server that does not even count has none that could be used; one that is away is an error', async () => {
  const asked = (error: Error) =>
    missingSearchAttributes(
      { workflowService: { countWorkflowExecutions: () => Promise.reject(error) } } as never,
      'default',
    );
  expect(await asked(refused)).toEqual(ALL);
  await expect(asked(Object.assign(new Error('away'), { code: 14 }))).rejects.toThrow('away');
});

it('a person types one command for each', () => {
  const text = withoutAttributes(['ChaosState'], { address: 'h:1', namespace: 'n' });
  expect(text.split('\n')).toEqual([
    expect.stringContaining('the namespace n does not have the search attributes ChaosState: runs work'),
    '  temporal operator search-attribute create --name ChaosState --type Keyword --namespace n --address h:1',
    expect.stringContaining('start the worker again'),
  ]);
});
