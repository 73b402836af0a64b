import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { clusterStatus, lastResetText, pausedRunOf } from '../../src/client/cluster-status.js';
import { NEW_BREAKER } from '../../src/domain/breaker.js';
import { clusterWorkflowId } from '../../src/domain/ids.js';

const record = { cluster: 'local', holder: null, breaker: { ...NEW_BREAKER, consecutiveFailures: 2 } };
const empty = { cluster: 'local', holder: null, breaker: NEW_BREAKER };

/** A client whose server has just this one workflow. */
const clientOf = (query: () => Promise<unknown>, state = 'RUNNING'): Client =>
  ({
    workflow: {
      getHandle: (id: string) => {
        expect(id).toBe(clusterWorkflowId('local'));
        return { query, describe: () => Promise.resolve({ status: { name: state } }) };
      },
    },
  }) as unknown as Client;

describe('the record of a cluster', () => {
  it('is what its workflow answers, also on a worker of an older version, which does not watch', async () => {
    expect(
      await clusterStatus(
        clientOf(() => Promise.resolve(record)),
        'local',
      ),
    ).toMatchObject({ ...record, watch: { lastVerdict: null, expected: null } });
  });

  it('is empty where no run has ever asked for it, or somebody has terminated it', async () => {
    const none = clientOf(() => Promise.reject(new WorkflowNotFoundError('no', 'w', undefined)));
    expect(await clusterStatus(none, 'local')).toMatchObject(empty);
    expect(
      await clusterStatus(
        clientOf(() => Promise.resolve(record), 'TERMINATED'),
        'local',
      ),
    ).toMatchObject(empty);
  });

  it('is an error where no worker answers', async () => {
    await expect(
      clusterStatus(
        clientOf(() => Promise.reject(new Error('no poller'))),
        'local',
      ),
    ).rejects.toThrow('no poller');
  });
});

it('who closed the breaker last is told; nothing where nobody has', () => {
  const lastReset = { at: '2026-11-22T12:00:00Z', by: 'Ada', reason: 'a test' };
  expect(lastResetText({ ...NEW_BREAKER, lastReset })).toBe('; last reset 2026-11-22T12:00:00Z by Ada: a test');
  expect(lastResetText(NEW_BREAKER)).toBe('');
});

it('a paused run is found where the namespace has no attribute to look for it by; one that does not answer is passed over', async () => {
  const runs: Readonly<Record<string, object | Error>> = {
    mute: new Error('no poller'),
    other: { cluster: 'other', phase: 'paused' },
    busy: { cluster: 'local', phase: 'scenario' },
    paused: { cluster: 'local', phase: 'paused' },
  };
  const client = {
    workflow: {
      list: ({ query }: { query: string }) => {
        if (!query.includes('ChaosCluster')) return Object.keys(runs).map((workflowId) => ({ workflowId }));
        throw new Error('failed to list', { cause: Object.assign(new Error('invalid search attribute'), { code: 3 }) });
      },
      getHandle: (id: string) => ({
        query: () => (runs[id] instanceof Error ? Promise.reject(runs[id]) : Promise.resolve(runs[id])),
      }),
    },
  } as unknown as Client;
  expect(await pausedRunOf(client, 'local')).toBe('paused');
  expect(await pausedRunOf(client, 'third')).toBeUndefined();
  const away = {
    workflow: {
      list: () => {
        throw new Error('away');
      },
    },
  } as unknown as Client;
  await expect(pausedRunOf(away, 'local')).rejects.toThrow('away');
});
