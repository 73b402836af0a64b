import { expect, test } from 'vitest';
import { historyBreaker } from '../../src/activities/history.js';
import { NEW_BREAKER, type Breaker } from '../../src/domain/breaker.js';
import { asOfToday, type ClusterStatus } from '../../src/messages/cluster-record.js';

const OFF = { kind: 'off' } as const;
const recordOf = (breaker: Breaker): ClusterStatus => asOfToday({ cluster: 'local', holder: null, breaker });
const pausedRun = { runId: 'r3', workflowId: 'r3', runDir: '/runs/r3', hostQueue: 'host-local' };

test('an open breaker says since when, and which runs opened it', () => {
  const state = { kind: 'open', since: '2026-01-01T00:00:00Z', byRuns: ['r1', 'r2', 'r3'], pausedRun } as const;
  expect(historyBreaker(recordOf({ ...NEW_BREAKER, consecutiveFailures: 3, state }), OFF)).toEqual({
    cluster: 'local',
    failures_in_a_row: 3,
    open: true,
    since: '2026-01-01T00:00:00Z',
    note: 'Opened by r1, r2, r3',
    waiting: null,
    unplanned: null,
  });
});

test('a closed one says who resumed it last, if anybody ever did', () => {
  const lastReset = { by: 'a person', reason: 'disk replaced', at: '2026-01-02T00:00:00Z' };
  expect(historyBreaker(recordOf({ ...NEW_BREAKER, lastReset }), OFF)).toMatchObject({
    open: false,
    since: lastReset.at,
    note: 'Last resumed by a person: disk replaced',
  });
  expect(historyBreaker(recordOf(NEW_BREAKER), OFF)).toMatchObject({ failures_in_a_row: 0, since: null, note: null });
});

test('what the schedule promises is shown with when it is overdue; rounds without a plan in words', () => {
  const record = recordOf(NEW_BREAKER);
  const since = '2026-01-02T00:00:00Z';
  const everyMs = 14_400_000;
  const watch = {
    ...record.watch,
    lastVerdict: { runId: 'r1', headline: 'PASS', finishedAt: since } as const,
    expected: { everyMs, since: '2026-01-01T00:00:00Z', configPath: null },
    unplanned: { workflowId: 'w', since, at: since, problem: 'p', configPath: null, rounds: 1, told: true },
  };
  expect(historyBreaker({ ...record, watch }, { kind: 'on', everyMs, configPath: null })).toMatchObject({
    waiting: { since, every_ms: everyMs, overdue_after_ms: 32_400_000 },
    unplanned: expect.stringContaining('could not read the config'),
  });
});
