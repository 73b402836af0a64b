import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { whyStuck } from '../../src/client/stuck.js';

const failed = {
  eventTime: { seconds: 1_800_000_000 },
  workflowTaskFailedEventAttributes: { failure: { message: 'Unknown encoding:\n  json/protobuf' } },
};

/** A server with one workflow in it, whose last events are these. */
function serverWith(status: string, attempt: number | undefined, events: unknown[]): Client {
  const raw = { pendingWorkflowTask: attempt === undefined ? null : { attempt } };
  return {
    options: { namespace: 'default' },
    workflow: { getHandle: () => ({ describe: () => Promise.resolve({ status: { name: status }, raw }) }) },
    workflowService: { getWorkflowExecutionHistoryReverse: () => Promise.resolve({ history: { events } }) },
  } as unknown as Client;
}

it('an open workflow whose last task failed, and is tried again, is stuck', async () => {
  expect(await whyStuck(serverWith('RUNNING', 4, [{}, failed]), 'w')).toBe(
    'w does not go on: its workflow task fails since 2027-01-15T08:00:00.000Z (attempt 4): Unknown encoding: json/protobuf',
  );
});

it.each([
  ['is closed', serverWith('TERMINATED', 4, [failed])],
  ['waits', serverWith('RUNNING', undefined, [failed])],
  ['is given its task for the first time', serverWith('RUNNING', 1, [failed])],
  ['lost its worker', serverWith('RUNNING', 2, [{ workflowTaskTimedOutEventAttributes: {} }, failed])],
])('a workflow that %s is not stuck', async (_, client) => {
  expect(await whyStuck(client, 'w')).toBeUndefined();
});
