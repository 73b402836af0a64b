import { describe, expect, it } from 'vitest';
import {
  NEW_BREAKER,
  readResume,
  recordEnding,
  resetBreaker,
  resetProblem,
  type Breaker,
  type RecordedOutcome,
  type RunEnding,
} from '../../src/domain/breaker.js';

let runs = 0;
const ending = (change: Partial<RunEnding> = {}): RunEnding => {
  const runId = `run-${(runs += 1)}`;
  return {
    runId,
    workflowId: `wf-${runId}`,
    runDir: `/srv/${runId}`,
    hostQueue: 'host-local',
    kind: 'full',
    headline: 'FAIL',
    onlyFormatErrors: false,
    finishedAt: '2026-11-22T00:00:00.000Z',
    ...change,
  };
};

const FAIL = (): RunEnding => ending();
const PASS = (): RunEnding => ending({ headline: 'PASS' });
const INVALID = (): RunEnding => ending({ headline: 'INVALID' });
const KNOWN = (): RunEnding => ending({ headline: 'KNOWN' });
const FORMAT = (): RunEnding => ending({ headline: 'INVALID', onlyFormatErrors: true });
const SINGLE_FAIL = (): RunEnding => ending({ kind: 'single' });
const SINGLE_PASS = (): RunEnding => ending({ kind: 'single', headline: 'PASS' });
const CANCELLED = (): RunEnding => ending({ headline: 'CANCELLED' });

const after = (breaker: Breaker, ...endings: RunEnding[]): { breaker: Breaker; outcome: RecordedOutcome } =>
  endings.reduce<{ breaker: Breaker; outcome: RecordedOutcome }>((now, next) => recordEnding(now.breaker, next), {
    breaker,
  } as never);

/** The states that a record can be in, each by what led to it. */
const states = {
  'of a new cluster': () => NEW_BREAKER,
  'after one failure': () => after(NEW_BREAKER, FAIL()).breaker,
  'after two failures': () => after(NEW_BREAKER, FAIL(), FAIL()).breaker,
  open: () => after(NEW_BREAKER, FAIL(), FAIL(), FAIL()).breaker,
  resumed: () =>
    resetBreaker(after(NEW_BREAKER, FAIL(), FAIL(), FAIL()).breaker, { by: 'ann', reason: 'mended' }, 'then'),
};

describe('the count', () => {
  it.each<[keyof typeof states, string, () => RunEnding, number, 'open' | 'closed', boolean]>([
    ['of a new cluster', 'a failed run', FAIL, 1, 'closed', false],
    ['of a new cluster', 'an invalid run', INVALID, 1, 'closed', false],
    ['of a new cluster', 'a passed run', PASS, 0, 'closed', false],
    ['of a new cluster', 'a run of format errors', FORMAT, 0, 'closed', false],
    ['of a new cluster', 'a single scenario that failed', SINGLE_FAIL, 0, 'closed', false],
    ['of a new cluster', 'a cancelled run', CANCELLED, 0, 'closed', false],
    ['of a new cluster', 'a run with nothing but known failures', KNOWN, 0, 'closed', false],
    ['after one failure', 'a run with nothing but known failures', KNOWN, 1, 'closed', false],
    ['after two failures', 'a run with nothing but known failures', KNOWN, 2, 'closed', false],
    ['after one failure', 'a failed run', FAIL, 2, 'closed', false],
    ['after one failure', 'a passed run', PASS, 0, 'closed', false],
    ['after two failures', 'a failed run', FAIL, 3, 'open', true],
    ['after two failures', 'an invalid run', INVALID, 3, 'open', true],
    ['after two failures', 'a passed run', PASS, 0, 'closed', false],
    ['after two failures', 'a run of format errors', FORMAT, 2, 'closed', false],
    ['after two failures', 'a single scenario that failed', SINGLE_FAIL, 2, 'closed', false],
    ['after two failures', 'a single scenario that passed', SINGLE_PASS, 2, 'closed', false],
    ['after two failures', 'a cancelled run', CANCELLED, 2, 'closed', false],
    ['open', 'a single scenario that failed', SINGLE_FAIL, 3, 'open', false],
    ['open', 'a single scenario that passed', SINGLE_PASS, 3, 'open', false],
    ['open', 'a run of format errors', FORMAT, 3, 'open', false],
    ['open', 'a cancelled run', CANCELLED, 3, 'open', false],
    ['resumed', 'a failed run', FAIL, 1, 'closed', false],
    ['resumed', 'a passed run', PASS, 0, 'closed', false],
  ])('%s, %s: as in the table', (state, _what, event, count, kind, pauses) => {
    const { breaker, outcome } = recordEnding(states[state](), event());
    expect(breaker).toMatchObject({ consecutiveFailures: count, state: { kind } });
    expect(outcome).toMatchObject({ consecutiveFailures: count, pauses });
    expect(breaker.failedRuns).toHaveLength(count);
  });

  it.each(Object.entries(states))(
    '%s: a run that is recorded again gets its first answer and changes nothing',
    (_, state) => {
      const run = FAIL();
      const first = recordEnding(state(), run);
      const second = recordEnding(after(first.breaker, PASS()).breaker, { ...run, headline: 'PASS' });
      expect(second.outcome).toEqual(first.outcome);
      expect(second.breaker.consecutiveFailures).toBe(0);
    },
  );

  it('names the runs that opened the breaker, and the one that waits', () => {
    const [a, b, c] = [FAIL(), FAIL(), INVALID()];
    const { state } = after(NEW_BREAKER, FAIL(), PASS(), a, SINGLE_FAIL(), b, CANCELLED(), c).breaker;
    expect(state).toMatchObject({
      kind: 'open',
      byRuns: [a.runId, b.runId, c.runId],
      pausedRun: { runId: c.runId, workflowId: c.workflowId, runDir: c.runDir, hostQueue: c.hostQueue },
    });
  });

  it('keeps the last twenty outcomes, latest last', () => {
    const endings = Array.from({ length: 25 }, PASS);
    const { outcomes } = after(NEW_BREAKER, ...endings).breaker;
    expect(outcomes.map(({ runId }) => runId)).toEqual(endings.slice(5).map(({ runId }) => runId));
  });
});

describe('runs that failed by nothing but format errors', () => {
  it('are worth one warning when they are three in a row, and no second one', () => {
    const warned = [FORMAT(), FORMAT(), FORMAT(), FORMAT(), FORMAT(), FORMAT()].reduce<[Breaker, boolean[]]>(
      ([breaker, list], run) => {
        const next = recordEnding(breaker, run);
        return [next.breaker, [...list, next.outcome.warnsOfFormatErrors]];
      },
      [NEW_BREAKER, []],
    )[1];
    expect(warned).toEqual([false, false, true, false, false, false]);
  });

  it.each([
    ['a passed', PASS],
    ['a failed', FAIL],
  ])('begin anew after %s run', (_, other) => {
    expect(after(NEW_BREAKER, FORMAT(), FORMAT(), other(), FORMAT()).outcome.warnsOfFormatErrors).toBe(false);
    expect(after(NEW_BREAKER, FORMAT(), FORMAT(), other(), FORMAT(), FORMAT(), FORMAT()).outcome).toMatchObject({
      warnsOfFormatErrors: true,
    });
  });

  it.each([
    ['a single scenario', SINGLE_PASS],
    ['a cancelled run', CANCELLED],
  ])('are in a row across %s', (_, other) => {
    expect(after(NEW_BREAKER, FORMAT(), FORMAT(), other(), FORMAT()).outcome.warnsOfFormatErrors).toBe(true);
  });
});

describe('closing the breaker', () => {
  const open = states.open();
  const pausedRun = open.state.kind === 'open' ? open.state.pausedRun.runId : '';

  it('sets the count to 0 and keeps who and why', () => {
    const closed = resetBreaker(open, { by: 'ann', reason: 'disk replaced' }, '2026-11-22T01:00:00.000Z');
    expect(closed).toMatchObject({
      consecutiveFailures: 0,
      failedRuns: [],
      state: { kind: 'closed' },
      lastReset: { by: 'ann', reason: 'disk replaced', at: '2026-11-22T01:00:00.000Z' },
    });
    expect(closed.outcomes).toEqual(open.outcomes);
  });

  it.each<[string, Breaker, string | null, RegExp | undefined]>([
    ['an open one by its own run', open, pausedRun, undefined],
    ['an open one by a person', open, null, undefined],
    ['an open one by another run', open, 'run-of-last-week', /opened by run run-\d+, not by run-of-last-week/],
    ['a new one', NEW_BREAKER, null, /not open: it never was/],
    ['one that was closed', states.resumed(), null, /not open: it was resumed at then by ann/],
  ])('%s is allowed or refused with the reason', (_, breaker, runId, problem) => {
    const found = resetProblem(breaker, { by: 'bob', reason: 'go', runId });
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });
});

describe('what comes with resume', () => {
  it('is a name and a reason, without the white space around them', () => {
    expect(readResume({ by: ' ann ', reason: 'mended\n', more: 1 })).toEqual({ by: 'ann', reason: 'mended' });
  });

  it.each<[unknown, RegExp]>([
    [undefined, /got nothing/],
    [null, /got null/],
    ['ann', /got "ann"/],
    [['ann', 'mended'], /got \["ann"/],
    [{}, /no "by"/],
    [{ by: 'ann' }, /no "reason"/],
    [{ by: '', reason: 'x' }, /"by": ""/],
    [{ by: '  ', reason: 'x' }, /"by": " {2}"/],
    [{ by: 7, reason: 'x' }, /"by": 7/],
    [{ by: 'ann', reason: null }, /"reason": null/],
    [{ by: 'a'.repeat(201), reason: 'x' }, /at most 200 characters, got 201/],
    [{ by: 'ann', reason: 'x'.repeat(2001) }, /at most 2000 characters, got 2001/],
  ])('%j is refused, and it is said what was expected', (payload, problem) => {
    expect(readResume(payload)).toMatchObject({ problem: expect.stringMatching(problem) });
  });
});
