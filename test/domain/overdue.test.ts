import { describe, expect, it } from 'vitest';
import { NEW_BREAKER, type Breaker, type RunEnding } from '../../src/domain/breaker.js';
import {
  afterLook,
  durationText,
  LOOK_EVERY_MS,
  newWatch,
  overdueAt,
  overdueText,
  seenSchedule,
  unplannedAfter,
  unplannedText,
  verdictAfter,
  waitingFor,
  wakeAt,
  type Watch,
} from '../../src/domain/overdue.js';

const HOUR = 3_600_000;
const EVERY = 4 * HOUR;
const START = Date.parse('2026-11-28T00:00:00Z');
const at = (hours: number): number => START + hours * HOUR;
const iso = (hours: number): string => new Date(at(hours)).toISOString();

const ON = { kind: 'on', everyMs: EVERY, configPath: '/c.yml' } as const;
const OFF = { kind: 'off' } as const;
const OPEN: Breaker = {
  ...NEW_BREAKER,
  state: {
    kind: 'open',
    since: iso(0),
    byRuns: ['a', 'b', 'c'],
    pausedRun: { runId: 'c', workflowId: 'c', runDir: '/c', hostQueue: 'host-local' },
  },
};

const ending = (change: Partial<RunEnding> = {}): RunEnding => ({
  ...{ runId: 'r1', workflowId: 'r1', runDir: '/r1', hostQueue: 'host-local' },
  ...{ kind: 'full', headline: 'PASS', onlyFormatErrors: false, finishedAt: iso(0) },
  ...change,
});

const watch = (change: Partial<Watch> = {}): Watch => ({
  ...newWatch(NEW_BREAKER, at(0)),
  expected: { everyMs: EVERY, since: iso(0), configPath: null },
  ...change,
});

const overdue = (of: Watch, hours: number, breaker: Breaker = NEW_BREAKER) =>
  overdueAt(waitingFor(of, breaker), at(hours));

describe('a verdict', () => {
  it('is overdue when two rounds and an hour have passed without one', () => {
    expect(overdue(watch(), 9)).toBeNull();
    const late = overdue(watch(), 9.01);
    expect(late).toMatchObject({ since: iso(0), everyMs: EVERY });
    expect(late && overdueText(late)).toBe('no verdict for 9 h (expected every 4 h)');
  });

  it('is waited for from the last one on, or from the last reset of the breaker, or from when the schedule was seen first', () => {
    const lastVerdict = verdictAfter(null, ending({ finishedAt: '2026-11-28T10:00:00+08:00' }));
    expect(overdue(watch({ lastVerdict }), 10.9)).toBeNull();
    expect(overdue(watch({ lastVerdict }), 11.1)?.since).toBe('2026-11-28T10:00:00+08:00');
    const reset = { ...NEW_BREAKER, lastReset: { by: 'ann', reason: 'disk', at: iso(5) } };
    expect(overdue(watch({ lastVerdict }), 13.9, reset)).toBeNull();
    expect(overdue(watch({ lastVerdict }), 14.1, reset)?.since).toBe(iso(5));
    const later = watch({ lastVerdict, expected: { everyMs: EVERY, since: iso(20), configPath: null } });
    expect(overdue(later, 28.9)).toBeNull();
  });

  it('is never overdue without a schedule, or while the breaker is open', () => {
    expect(overdue(watch({ expected: null }), 1000)).toBeNull();
    expect(overdue(watch(), 1000, OPEN)).toBeNull();
  });

  it('is the end of a full run that says PASS, FAIL or INVALID', () => {
    for (const headline of ['PASS', 'FAIL', 'INVALID'] as const)
      expect(verdictAfter(null, ending({ headline }))).toMatchObject({ runId: 'r1', headline });
    for (const headline of ['CANCELLED', 'REFUSED'] as const)
      expect(verdictAfter(null, ending({ headline }))).toBeNull();
    expect(verdictAfter(null, ending({ kind: 'single' }))).toBeNull();
  });

  it('is known from the runs that ended last where a record has never watched', () => {
    const outcome = { ...ending(), effect: 'counted', consecutiveFailures: 1, failedRuns: [], pauses: false } as const;
    const outcomes = [
      { ...outcome, runId: 'old', warnsOfFormatErrors: false },
      { ...outcome, runId: 'new', warnsOfFormatErrors: false },
      { ...outcome, runId: 'one scenario', kind: 'single', warnsOfFormatErrors: false } as const,
    ];
    expect(newWatch({ ...NEW_BREAKER, outcomes }, at(0)).lastVerdict?.runId).toBe('new');
  });
});

describe('a look at the schedule', () => {
  it('that finds it paused, gone or held by the breaker ends the waiting; the next one that finds it on begins anew', () => {
    for (const off of [afterLook(watch(), OFF, NEW_BREAKER, at(30)), afterLook(watch(), ON, OPEN, at(30))]) {
      expect(off.expected).toBeNull();
      expect(afterLook(off, ON, NEW_BREAKER, at(31)).expected).toEqual({
        everyMs: EVERY,
        since: iso(31),
        configPath: '/c.yml',
      });
    }
  });

  it('keeps the outage that people know of, until it is over', () => {
    const told = watch({ toldSince: iso(0) });
    expect(afterLook(told, ON, NEW_BREAKER, at(10)).toldSince).toBe(iso(0));
    expect(afterLook(told, OFF, NEW_BREAKER, at(10)).toldSince).toBeNull();
    const over = { ...told, lastVerdict: verdictAfter(null, ending({ finishedAt: iso(11) })) };
    expect(afterLook(over, ON, NEW_BREAKER, at(12)).toldSince).toBeNull();
  });

  it('that finds more ticks than before waits for the first of them from now on', () => {
    const often = { ...ON, everyMs: 10_000 };
    expect(afterLook(watch(), often, NEW_BREAKER, at(3)).expected?.since).toBe(iso(3));
    expect(afterLook(watch(), { ...ON, everyMs: 2 * EVERY }, NEW_BREAKER, at(3)).expected?.since).toBe(iso(0));
  });

  it('comes every hour, and when the verdict becomes overdue', () => {
    const looked = (hours: number): Watch => afterLook(watch(), ON, NEW_BREAKER, at(hours));
    expect(wakeAt(looked(1), NEW_BREAKER, at(1))).toBe(at(1) + LOOK_EVERY_MS);
    expect(wakeAt(looked(8.5), NEW_BREAKER, at(8.5))).toBe(at(9) + 1);
    expect(wakeAt(looked(9.1), NEW_BREAKER, at(9.1))).toBe(at(9.1) + LOOK_EVERY_MS);
    expect(wakeAt(watch({ expected: null }), NEW_BREAKER, at(0))).toBe(at(1));
  });
});

describe('a schedule', () => {
  const described = (hours: readonly number[], paused = false, memo?: Record<string, unknown>) => ({
    state: { paused },
    info: { nextActionTimes: hours.map((hour) => new Date(at(hour))) },
    action: { memo },
  });

  it('promises a verdict as often as the longest time between its next ticks: nobody waits over a weekend', () => {
    expect(seenSchedule(described([0, 4, 8]))).toEqual({ kind: 'on', everyMs: EVERY, configPath: null });
    expect(seenSchedule(described([0, 24, 96, 120]))).toMatchObject({ everyMs: 72 * HOUR });
    expect(seenSchedule(described([0, 4], false, { terms: { config: '/c.yml' } }))).toMatchObject({
      configPath: '/c.yml',
    });
  });

  it('that is not there, is paused or never ticks twice promises none', () => {
    for (const schedule of [undefined, described([0, 4], true), described([0]), described([])])
      expect(seenSchedule(schedule)).toEqual(OFF);
  });
});

it('rounds without a plan are counted in a row, and told once', () => {
  const round = { workflowId: 'w1', problem: '/c.yml: 1 problem', configPath: '/c.yml' };
  const first = unplannedAfter(null, round, iso(0));
  expect(first).toEqual({ ...round, code: 'CONFIG_INVALID', since: iso(0), at: iso(0), rounds: 1, told: false });
  const second = unplannedAfter({ ...first, told: true }, round, iso(4));
  expect(second).toMatchObject({ rounds: 2, told: true, since: iso(0), at: iso(4) });
  expect(unplannedText(first)).toBe(`a round could not read the config, last at ${iso(0)}: /c.yml: 1 problem`);
  expect(unplannedText(second)).toMatch(/^2 rounds in a row could not read the config, last at /);
  const { code: _, ...old } = second;
  expect(unplannedAfter(old, round, iso(8))).toMatchObject({ rounds: 3, told: true });
});

it('a round that has no plan for another reason is told anew, and in other words', () => {
  const round = { workflowId: 'w1', problem: 'no room', configPath: null };
  const config = { ...unplannedAfter(null, round, iso(0)), told: true };
  const full = unplannedAfter(config, { ...round, code: 'DISK_FULL' }, iso(4));
  expect(full).toMatchObject({ code: 'DISK_FULL', since: iso(4), rounds: 1, told: false });
  expect(unplannedText(full)).toBe(`a round ended before the plan was made, last at ${iso(4)}: no room`);
});

it.each([
  [0, '0 s'],
  [90_000, '90 s'],
  [150_000, '2 min'],
  [HOUR, '60 min'],
  [9.4 * HOUR, '9 h'],
  [47 * HOUR, '47 h'],
  [48 * HOUR, '2 d'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
