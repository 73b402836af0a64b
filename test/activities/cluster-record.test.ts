import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { breakerNow, clusterRecord } from '../../src/activities/cluster-record.js';
import { NEW_BREAKER } from '../../src/domain/breaker.js';
import { clusterStatusQuery } from '../../src/messages/cluster-record.js';
import { perform } from '../../testing/activities.js';

/** A server with the record of one cluster. */
const server = {
  workflow: {
    getHandle: (workflowId: string) => ({
      query: (query: unknown) =>
        workflowId === clusterRecord('local').options.workflowId && query === clusterStatusQuery
          ? Promise.resolve({ cluster: 'local', holder: null, breaker: { ...NEW_BREAKER, consecutiveFailures: 2 } })
          : Promise.reject(new Error(`no ${workflowId}`)),
    }),
  },
  withAbortSignal: <T>(_: AbortSignal, ask: () => T): T => ask(),
} as unknown as Client;

it('the record of a cluster is started by the first one to ask, free and with no failures', () => {
  const { workflowTypeOrFunc, options } = clusterRecord('local');
  expect(workflowTypeOrFunc).toBe('ClusterWorkflow');
  expect(options).toMatchObject({
    args: [{ cluster: 'local', holder: null }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  expect(options.workflowId).not.toBe(clusterRecord('other').options.workflowId);
});

it('the breaker is the one of the record, and an error where nobody can tell', async () => {
  expect(await perform(breakerNow, 'local', server)).toMatchObject({ consecutiveFailures: 2 });
  await expect(perform(breakerNow, 'other', server)).rejects.toThrow(/no .*other/);
});
