import { describe, expect, it } from 'vitest';
import { issueNews, nextIssueStep, type IssueNews, type KnownIssue } from '../../src/domain/issue.js';
import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { KnownEntry } from '../../src/domain/known.js';
import { jsonReport } from '../../src/report/json.js';
import { knownEntry } from '../../testing/known.js';
import { plan, result, runData } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const news = (outcomeOf: IssueNews['outcome'], run: number, scenario = 'leader-transfer'): IssueNews => ({
  cluster: 'local',
  scenario,
  outcome: outcomeOf,
  runId: `run-${run}`,
  finishedAt: new Date(Date.UTC(2026, 10, 22, run)).toISOString(),
});

/** Plays runs one after another; what the issues are like after each, in words. */
function play(...course: readonly (IssueNews | 'declined by a person' | 'closed by a person')[]): string[] {
  let known: KnownIssue[] = [];
  return course.map((event) => {
    if (typeof event === 'string') {
      known = known.map((issue) => ({ ...issue, open: false, declined: event === 'declined by a person' }));
      return event;
    }
    const step = nextIssueStep(known, event);
    if (step.kind === 'nothing') return 'nothing';
    const number = step.kind === 'open' ? known.length + 1 : step.number;
    const before = known.find((issue) => issue.number === number);
    const open = { open: true, reopen: true, close: false, update: before?.open ?? true }[step.kind];
    const declined = step.kind === 'reopen' ? false : (before?.declined ?? false);
    known = [...known.filter((issue) => issue.number !== number), { number, open, declined, memory: step.memory }];
    return `${step.kind} #${number}: ${step.memory.failures} failed, ${step.memory.passes} passed`;
  });
}

describe('the issue of a scenario', () => {
  it('is neither opened nor brought nearer to its end by a failure that is known', () => {
    const course = (['known', 'failed', 'passed', 'known', 'passed', 'passed', 'known'] as const).map((one, i) =>
      news(one, i),
    );
    expect(play(...course)).toEqual([
      'nothing',
      'open #1: 1 failed, 0 passed',
      'update #1: 1 failed, 1 passed',
      'update #1: 1 failed, 0 passed',
      'update #1: 1 failed, 1 passed',
      'close #1: 1 failed, 2 passed',
      'nothing',
    ]);
  });

  it('is opened at the first failure, and brought up to date at each further one', () => {
    expect(play(news('passed', 1), news('failed', 2), news('failed', 3), news('failed', 4))).toEqual([
      'nothing',
      'open #1: 1 failed, 0 passed',
      'update #1: 2 failed, 0 passed',
      'update #1: 3 failed, 0 passed',
    ]);
  });

  it('is closed when the scenario has passed twice in a row, and not before', () => {
    expect(play(news('failed', 1), news('passed', 2), news('failed', 3), news('passed', 4), news('passed', 5))).toEqual(
      [
        'open #1: 1 failed, 0 passed',
        'update #1: 1 failed, 1 passed',
        'update #1: 2 failed, 0 passed',
        'update #1: 2 failed, 1 passed',
        'close #1: 2 failed, 2 passed',
      ],
    );
  });

  it('is opened again rather than doubled, whoever closed it', () => {
    const closed = [news('failed', 1), news('passed', 2), news('passed', 3)];
    expect(play(...closed, news('passed', 4), news('failed', 5)).slice(-2)).toEqual([
      'nothing',
      'reopen #1: 2 failed, 0 passed',
    ]);
    expect(play(news('failed', 1), 'closed by a person', news('failed', 2)).at(-1)).toBe(
      'reopen #1: 2 failed, 0 passed',
    );
  });

  it('stays closed where a person said that it will not be fixed', () => {
    expect(play(news('failed', 1), 'declined by a person', news('failed', 2), news('passed', 3)).slice(-2)).toEqual([
      'update #1: 2 failed, 0 passed',
      'nothing',
    ]);
  });

  it('hears of each run once, in whatever order they are told', () => {
    expect(play(news('failed', 2), news('failed', 2), news('failed', 1), news('passed', 3), news('passed', 3))).toEqual(
      ['open #1: 1 failed, 0 passed', 'nothing', 'nothing', 'update #1: 1 failed, 1 passed', 'nothing'],
    );
  });

  it('is its scenario’s own, and its cluster’s', () => {
    const elsewhere = { ...news('failed', 3), cluster: 'other' };
    expect(play(news('failed', 1), news('failed', 2, 'network-delay-100ms'), elsewhere)).toEqual([
      'open #1: 1 failed, 0 passed',
      'open #2: 1 failed, 0 passed',
      'open #3: 1 failed, 0 passed',
    ]);
  });
});

describe('what a run says about the broker', () => {
  const [kill, delay, transfer] = catalogue;
  const lost = [outcome({ sdk: 'go', result: { lost: 3 } }), outcome({ sdk: 'rust' })];
  const report = jsonReport(
    runData({
      scenarios: [
        result(kill!),
        result(delay!, { fault: { observed: false } }),
        result(transfer!, { validation: lost }),
      ],
    }),
  );

  it('is each scenario that passed, and each that the broker failed; not what the equipment failed at', () => {
    expect(issueNews(report).map(({ scenario, outcome: of }) => `${scenario} ${of}`)).toEqual([
      'broker-kill-single passed',
      'leader-transfer failed',
    ]);
    expect(issueNews(report)[0]).toMatchObject({ cluster: plan.cluster, runId: report.run_id });
  });

  it('is nothing where the run was cancelled', () => {
    expect(issueNews({ ...report, headline: 'CANCELLED' })).toEqual([]);
  });
});

it('is neither failed nor passed for a scenario that failed at nothing but what is known', () => {
  const validation = [
    outcome({ sdk: 'go', end: { kind: 'exited', code: 1 }, result: { lost: 2 } }),
    outcome({ sdk: 'rust' }),
  ];
  const data = runData({ scenarios: catalogue.map((one, i) => result(one, i === 0 ? { validation } : {})) });
  const outcomes = (...entries: KnownEntry[]) =>
    issueNews(jsonReport(judgeKnown(data, { entries, day: '2026-11-29', earlier: [] }))).map((one) => one.outcome);
  expect(outcomes()).toEqual(['failed', 'passed', 'passed']);
  expect(outcomes(knownEntry())).toEqual(['known', 'passed', 'passed']);
  expect(outcomes(knownEntry({ match: { check: 'lost', lost: 1 } }))).toEqual(['failed', 'passed', 'passed']);
});
