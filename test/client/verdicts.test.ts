import type { ScheduleDescription } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { verdictLines, verdictsOf, type Asked } from '../../src/client/verdicts.js';
import type { HistoryBreaker } from '../../src/domain/history.js';
import { asOfToday, type ClusterStatus } from '../../src/messages/cluster-record.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-28T12:00:00Z');
const ago = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();

const schedule = (paused = false): ScheduleDescription =>
  ({
    state: { paused },
    info: { createdAt: new Date(ago(100)), nextActionTimes: [0, 4, 8].map((hours) => new Date(ago(-hours))) },
    action: {},
  }) as unknown as ScheduleDescription;

const recordWith = (hoursAgo: number | null, expectedSince: number | null): ClusterStatus => {
  const record = asOfToday({ cluster: 'local', holder: null });
  const lastVerdict =
    hoursAgo === null ? null : ({ runId: 'run-7', headline: 'PASS', finishedAt: ago(hoursAgo) } as const);
  const expected =
    expectedSince === null ? null : { everyMs: 4 * HOUR, since: ago(expectedSince), configPath: '/c.yml' };
  return { ...record, watch: { ...record.watch, lastVerdict, expected } };
};

const noted: HistoryBreaker = {
  ...{ cluster: 'local', failures_in_a_row: 0, open: false, since: null, note: null },
  waiting: { since: ago(9.5), every_ms: 4 * HOUR, overdue_after_ms: 9 * HOUR },
  unplanned: '2 rounds in a row could not read the config',
};

const seen = (asked: Partial<Asked>) =>
  verdictsOf({ noted: undefined, status: undefined, schedule: undefined, ...asked }, NOW);
const OVERDUE = 'no verdict for 9 h (expected every 4 h)';

describe('verdicts', () => {
  it('are as expected', () => {
    const verdicts = seen({ status: recordWith(2, 50), schedule: schedule() });
    expect(verdictLines(verdicts)).toEqual(['verdicts  last PASS 2 h ago (run-7), expected every 4 h']);
  });

  it('are overdue', () => {
    const verdicts = seen({ status: recordWith(9.5, 50), schedule: schedule() });
    expect(verdictLines(verdicts)).toEqual([`verdicts  OVERDUE: ${OVERDUE}, last PASS 9 h ago (run-7)`]);
  });

  it.each([
    ['no schedule', null],
    ['a schedule that is paused', schedule(true)],
  ])('are not overdue with %s', (_, off) => {
    expect(seen({ noted, status: recordWith(90, 90), schedule: off })).toMatchObject({ expected: null, overdue: null });
  });

  it('are not overdue where the schedule may have been paused until now', () => {
    expect(seen({ status: recordWith(90, null), schedule: schedule() }).overdue).toBeNull();
  });

  it('are overdue where there has never been one, as no worker has ever taken a round', () => {
    const { last, overdue } = seen({ status: recordWith(null, null), schedule: schedule() });
    expect([last, overdue]).toEqual(['none yet', 'no verdict for 4 d (expected every 4 h)']);
  });

  it('are known from the data folder where neither worker nor server answers', () => {
    expect(seen({ noted })).toMatchObject({
      last: 'unknown, no worker answers',
      overdue: OVERDUE,
      unplanned: noted.unplanned,
    });
    expect(verdictLines(seen({ noted }))[1]).toBe(`no plan   ${noted.unplanned ?? ''}`);
    expect(seen({})).toMatchObject({ expected: null, overdue: null, unplanned: null });
  });
});
