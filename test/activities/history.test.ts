import { expect, test } from 'vitest';
import { historyBreaker } from '../../src/activities/history.js';
import { NEW_BREAKER } from '../../src/domain/breaker.js';

const pausedRun = { runId: 'r3', workflowId: 'r3', runDir: '/runs/r3', hostQueue: 'host-local' };

test('an open breaker says since when, and which runs opened it', () => {
  const state = { kind: 'open', since: '2026-01-01T00:00:00Z', byRuns: ['r1', 'r2', 'r3'], pausedRun } as const;
  expect(historyBreaker('local', { ...NEW_BREAKER, consecutiveFailures: 3, state })).toEqual({
    cluster: 'local',
    failures_in_a_row: 3,
    open: true,
    since: '2026-01-01T00:00:00Z',
    note: 'Opened by r1, r2, r3',
  });
});

test('a closed one says who resumed it last, if anybody ever did', () => {
  const lastReset = { by: 'a person', reason: 'disk replaced', at: '2026-01-02T00:00:00Z' };
  expect(historyBreaker('local', { ...NEW_BREAKER, lastReset })).toMatchObject({
    open: false,
    since: lastReset.at,
    note: 'Last resumed by a person: disk replaced',
  });
  expect(historyBreaker('local', NEW_BREAKER)).toMatchObject({ failures_in_a_row: 0, since: null, note: null });
});
