import { describe, expect, it } from 'vitest';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import { judgeRun, judgeScenario, judgeSdk, type Failure, type FaultCourse } from '../../src/domain/verdict.js';
import { goodCourse, outcome, rules } from '../../testing/values.js';

/** As many as the outcomes of the fixtures have planned. */
const ASKED = 1000;

const statusOf = (given: ClientOutcome) => judgeSdk(given, rules, ASKED).status;

describe('one SDK', () => {
  it('passes with exit code 0, nothing lost and p99 below the limit', () => {
    expect(judgeSdk(outcome(), rules, ASKED)).toEqual({
      sdk: 'go',
      status: 'passed',
      passed: true,
      checks: [
        { check: 'exit_code', expected: '0', observed: '0', ok: true },
        { check: 'sent', expected: '> 0', observed: '1000', ok: true },
        { check: 'lost', expected: '0', observed: '0', ok: true },
        { check: 'p99_ms', expected: '< 500', observed: '12.5', ok: true },
      ],
    });
  });

  it.each<[string, ClientOutcome, string]>([
    ['exit code 1', outcome({ end: { kind: 'exited', code: 1 } }), 'exit_code'],
    ['death by a signal', outcome({ end: { kind: 'signalled', signal: 'SIGSEGV' } }), 'exit_code'],
    ['one lost message', outcome({ result: { lost: 1 } }), 'lost'],
    ['p99 of exactly 500 ms', outcome({ result: { p99_ms: 500 } }), 'p99_ms'],
    ['p99 above 500 ms', outcome({ result: { p99_ms: 500.001 } }), 'p99_ms'],
    ['p99 of null', outcome({ result: { p99_ms: null } }), 'p99_ms'],
    ['nothing sent', outcome({ result: { sent: 0 } }), 'sent'],
  ])('fails with %s, and says so in the check', (_what, given, check) => {
    const verdict = judgeSdk(given, rules, ASKED);
    expect(verdict).toMatchObject({ status: 'failed', passed: false });
    expect(verdict.checks.filter((c) => !c.ok).map((c) => c.check)).toEqual([check]);
  });

  it('says with the exit code how many messages were never acknowledged', () => {
    const verdict = judgeSdk(outcome({ end: { kind: 'exited', code: 1 }, result: { unconfirmed: 12 } }), rules, ASKED);
    expect(verdict.checks[0]).toMatchObject({ check: 'exit_code', observed: '1, 12 never acknowledged', ok: false });
  });

  it('is harness_error when a client was stopped before it had planned what it was asked for, however well the rest went', () => {
    const verdict = judgeSdk(outcome({ result: { planned: 999, sent: 999 } }), rules, ASKED);
    expect(verdict).toMatchObject({ status: 'harness_error', passed: false });
    expect(verdict.checks.filter((c) => !c.ok)).toEqual([
      { check: 'planned', expected: '>= 1000', observed: '999', ok: false },
    ]);
  });

  it('fails a client that was stopped early and lost a message: nothing excuses that', () => {
    expect(statusOf(outcome({ result: { planned: 10, sent: 10, lost: 1 } }))).toBe('failed');
  });

  it.each([2, 3])(
    'is harness_error when a client ended with %i and sent nothing: it never spoke to a broker',
    (code) => {
      const end = { kind: 'exited', code } as const;
      const verdict = judgeSdk(outcome({ end, result: { planned: 0, sent: 0, p99_ms: null } }), rules, ASKED);
      expect(verdict).toMatchObject({ status: 'harness_error', passed: false });
      expect(verdict.checks).toEqual([{ check: 'exit_code', expected: '0', observed: String(code), ok: false }]);
      expect(statusOf(outcome({ end, result: { sent: 7 } }))).toBe('failed');
    },
  );

  it('takes a client at its word that does not say what it planned', () => {
    expect(statusOf(outcome({ result: { planned: undefined, sent: 7 } }))).toBe('passed');
  });

  it('passes with p99 just below the limit', () => {
    expect(statusOf(outcome({ result: { p99_ms: 499.999 } }))).toBe('passed');
  });

  it.each<[string, ClientOutcome, string]>([
    ['timeout', outcome({ end: { kind: 'timeout', limitMs: 9000 }, result: null }), 'still running after 9000 ms'],
    ['script_not_found', outcome({ end: { kind: 'not_found', path: '/x.sh' }, result: null }), 'no such script: /x.sh'],
    ['harness_error', outcome({ end: { kind: 'runner_died' }, result: null }), 'unknown: the process that watched'],
  ])('is %s when the client ended so', (status, given, observed) => {
    const verdict = judgeSdk(given, rules, ASKED);
    expect(verdict).toMatchObject({ status, passed: false });
    expect(verdict.checks[0]?.observed).toContain(observed);
  });

  it.each([0, 1])('is script_format_error when the last line is no result, with exit code %i too', (code) => {
    const verdict = judgeSdk(
      outcome({ end: { kind: 'exited', code }, result: null, lineProblem: 'got "hi"' }),
      rules,
      ASKED,
    );
    expect(verdict).toMatchObject({ status: 'script_format_error', passed: false });
    expect(verdict.checks.at(-1)).toMatchObject({ check: 'last_line', observed: 'got "hi"', ok: false });
  });

  it('is harness_overloaded when a late generator was slow', () => {
    expect(statusOf(outcome({ result: { p99_ms: 800, lateness_p99_ms: 50.1 } }))).toBe('harness_overloaded');
    expect(statusOf(outcome({ result: { p99_ms: 800, achieved_rate_ratio: 0.98 } }))).toBe('harness_overloaded');
  });

  it('does not excuse slowness at the limits of lateness', () => {
    const atLimits = { p99_ms: 800, lateness_p99_ms: 50, achieved_rate_ratio: 0.99 };
    expect(statusOf(outcome({ result: atLimits }))).toBe('failed');
  });

  it('never turns a late generator into a pass, nor a pass into an excuse', () => {
    expect(judgeSdk(outcome({ result: { p99_ms: 800, lateness_p99_ms: 900 } }), rules, ASKED).passed).toBe(false);
    expect(statusOf(outcome({ result: { lateness_p99_ms: 900 } }))).toBe('passed');
  });

  it.each([
    ['a loss', { lost: 1, received: 999 }],
    ['a message that was never acknowledged', { unconfirmed: 1, received: 999 }],
    ['a broker that let nobody in', { sent: 0, received: 0, p99_ms: null }],
  ])('does not let a late generator excuse %s', (_what, result) => {
    const late = { lateness_p99_ms: 900, achieved_rate_ratio: 0 };
    const end = { kind: 'exited', code: 1 } as const;
    expect(statusOf(outcome({ end, result: { ...result, ...late } }))).toBe('failed');
  });

  it("takes a user's client that says nothing of lateness at its word", () => {
    const plain = { p99_ms: 800, lateness_p99_ms: undefined, achieved_rate_ratio: undefined };
    expect(statusOf(outcome({ result: plain }))).toBe('failed');
  });
});

const judge = (change: {
  fault?: string;
  course?: Partial<FaultCourse>;
  outcomes?: readonly ClientOutcome[];
  lost?: number;
  durability?: 'warn' | 'fail';
  deadNodes?: readonly string[];
  clusterEnded?: string;
  equipmentDied?: readonly string[];
}) =>
  judgeScenario({
    fault: change.fault ?? 'broker-kill',
    course: { ...goodCourse, ...change.course },
    verdicts: (change.outcomes ?? [outcome()]).map((o) => judgeSdk(o, rules, ASKED)),
    ackedLostDuringFault: change.lost ?? 0,
    deadNodes: change.deadNodes ?? [],
    clusterEnded: change.clusterEnded ?? null,
    equipmentDied: change.equipmentDied ?? [],
    rules: { ...rules, durability: change.durability ?? 'warn' },
  });

const failed = outcome({ sdk: 'rust', result: { lost: 2 } });
const badLine = outcome({ sdk: 'java', result: null, lineProblem: 'nothing' });

describe('one scenario', () => {
  it('passes when the fault went as planned and every SDK passed', () => {
    expect(judge({})).toEqual({ passed: true, status: 'passed', failures: [], attribution: 'none' });
  });

  it('does not pass with a broker that died by itself after the recovery, though its clients did', () => {
    const failures = [{ status: 'failed', blame: 'broker', sdk: null }];
    expect(judge({ deadNodes: ['n2'] })).toMatchObject({ passed: false, status: 'failed', failures });
    const unproved = judge({ deadNodes: ['n2'], course: { recoverError: 'n2 is gone' } });
    expect(unproved.failures.map((failure) => failure.status)).toEqual(['recover_error']);
  });

  it('says nothing about the broker where the equipment had ended the cluster, whatever its clients met', () => {
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }];
    const ended = { clusterEnded: 'the host was restarted' };
    expect(judge({ ...ended, outcomes: [failed], deadNodes: ['n1'] })).toMatchObject({ passed: false, failures });
    expect(judge(ended)).toMatchObject({ passed: false, status: 'harness_error', attribution: 'equipment' });
  });

  it.each<[string, Parameters<typeof judge>[0]]>([
    ['a loss', { outcomes: [failed] }],
    ['a loss during the fault', { lost: 2, durability: 'fail' }],
    ['a dead broker', { deadNodes: ['n2'] }],
    ['a recovery that was not proved', { course: { recoverError: 'not over' } }],
  ])('does not blame the broker for %s where the equipment had died', (_, change) => {
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }];
    expect(judge(change)).toMatchObject({ passed: false, failures: [{ blame: 'broker' }] });
    const excused = judge({ ...change, equipmentDied: ['the proxy server 7'] });
    expect(excused).toEqual({ passed: false, status: 'harness_error', failures, attribution: 'equipment' });
  });

  it('passes where the equipment had died, if everything was well all the same', () => {
    expect(judge({ equipmentDied: ['the proxy server 7'] }).passed).toBe(true);
    const noFault = judge({ equipmentDied: ['the proxy server 7'], course: { observed: false } });
    expect(noFault.status).toBe('fault_not_observed');
  });

  it.each<[string, Partial<FaultCourse>, string, string, string]>([
    ['an inject error', { injectError: 'no' }, 'broker-kill', 'inject_error', 'equipment'],
    ['a fault that did not bite', { observed: false }, 'broker-kill', 'fault_not_observed', 'equipment'],
    ['a fault that ended early', { cutShort: true }, 'broker-kill', 'fault_cut_short', 'equipment'],
    ['a broker that did not come back', { recoverError: 'no' }, 'broker-kill', 'recover_error', 'broker'],
    ['a majority that did not come back', { recoverError: 'no' }, 'majority-kill', 'recover_error', 'broker'],
    ['a delay that did not go away', { recoverError: 'no' }, 'network-delay', 'recover_error', 'equipment'],
  ])('does not pass with %s, although every SDK passed', (_what, course, fault, status, blame) => {
    const failures = [{ status, blame, sdk: null }];
    expect(judge({ course, fault })).toEqual({ passed: false, status, failures, attribution: 'none' });
  });

  it('names an inject error once, not also as a fault that was not observed', () => {
    const { failures } = judge({ course: { injectError: 'no', observed: false } });
    expect(failures.map((f) => f.status)).toEqual(['inject_error']);
  });

  it('keeps every failure beside the one that names the scenario', () => {
    const verdict = judge({ course: { cutShort: true }, outcomes: [outcome(), failed, badLine] });
    expect(verdict.status).toBe('fault_cut_short');
    expect(verdict.failures).toEqual([
      { status: 'fault_cut_short', blame: 'equipment', sdk: null },
      { status: 'failed', blame: 'broker', sdk: 'rust' },
      { status: 'script_format_error', blame: 'equipment', sdk: 'java' },
    ]);
  });

  it('is named by the broker failing rather than by a client that broke', () => {
    expect(judge({ outcomes: [badLine, failed] }).status).toBe('failed');
  });

  it('does not pass without any validation', () => {
    expect(judge({ outcomes: [] })).toMatchObject({ passed: false, status: 'harness_error' });
  });

  it.each<[string, readonly ClientOutcome[]]>([
    ['broker', [failed, outcome({ sdk: 'go', result: { p99_ms: null } })]],
    ['some-sdks', [failed, outcome()]],
    ['some-sdks', [failed, badLine]],
    ['equipment', [outcome(), badLine]],
    ['none', [outcome()]],
  ])('attributes to %s', (attribution, outcomes) => {
    expect(judge({ outcomes }).attribution).toBe(attribution);
  });

  it('only warns of messages lost during the fault, unless the config makes them count', () => {
    expect(judge({ lost: 6 }).passed).toBe(true);
    expect(judge({ lost: 6, durability: 'fail' })).toMatchObject({
      passed: false,
      status: 'failed',
      failures: [{ status: 'failed', blame: 'broker', sdk: null }],
    });
    expect(judge({ lost: 0, durability: 'fail' }).passed).toBe(true);
  });
});

const brokerFailure: Failure = { status: 'failed', blame: 'broker', sdk: 'go' };
const equipmentFailure: Failure = { status: 'script_format_error', blame: 'equipment', sdk: 'go' };

/** `c` core, `n` non-core; upper case passed, lower case did not, `-` after it: planned and without a result. */
function run(
  plan: string,
  change: {
    failures?: readonly Failure[];
    own?: readonly Failure[];
    kind?: 'full' | 'single';
    cancelled?: boolean;
  } = {},
) {
  const cells = plan.split(' ').filter((cell) => cell !== '');
  const planned = cells.map((cell, i) => ({ name: `s${i}`, core: /^c/i.test(cell) }));
  const scenarios = cells.flatMap((cell, i) => {
    if (cell.endsWith('-')) return [];
    const passed = cell === cell.toUpperCase();
    return [
      {
        ...(planned[i] as (typeof planned)[number]),
        passed,
        failures: passed ? [] : (change.failures ?? [brokerFailure]),
      },
    ];
  });
  const { kind = 'full', cancelled = false } = change;
  return judgeRun({ kind, planned, scenarios, runFailures: change.own ?? [], cancelled, rules });
}

describe('a run', () => {
  it.each<[string, boolean, number]>([
    ['C N C', true, 100],
    ['C C', true, 100],
    ['N', true, 100],
    ['C N N N n', true, 80],
    ['C N N n', false, 75],
    ['C n C', false, 66],
    ['c N C', false, 66],
    ['c N N N N N N N', false, 87],
    ['C N C-', false, 66],
    ['C N N N n-', true, 80],
    ['C-', false, 0],
    ['', false, 0],
  ])('of %s passes: %s, rate %i %%', (plan, runPassed, passRatePercent) => {
    expect(run(plan)).toMatchObject({ runPassed, passRatePercent });
  });

  it('rounds the pass rate down, and never below what it really is', () => {
    for (let total = 1; total <= 60; total += 1) {
      for (let good = 0; good <= total; good += 1) {
        const plan = [...Array<string>(good).fill('N'), ...Array<string>(total - good).fill('n')].join(' ');
        const exact = Number((BigInt(good) * 100n) / BigInt(total));
        expect(run(plan).passRatePercent, `${good} of ${total}`).toBe(exact);
      }
    }
  });

  it.each<[string, ReturnType<typeof run>, string]>([
    ['PASS when it passed', run('C N'), 'PASS'],
    ['PASS when a failure stays within the share of non-core scenarios', run('C N N N n'), 'PASS'],
    ['FAIL when a failure is the broker’s', run('c'), 'FAIL'],
    ['INVALID when every failure is the equipment’s', run('c', { failures: [equipmentFailure] }), 'INVALID'],
    ['FAIL when both kinds are there', run('c', { failures: [equipmentFailure, brokerFailure] }), 'FAIL'],
    [
      'FAIL when the broker failed in a scenario and the equipment in the control run',
      run('c', { own: [equipmentFailure] }),
      'FAIL',
    ],
    [
      'FAIL when the cluster did not start',
      run('C-', { own: [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] }),
      'FAIL',
    ],
    ['INVALID when the equipment failed in the control run', run('C-', { own: [equipmentFailure] }), 'INVALID'],
    [
      'INVALID when the equipment failed in the control run and yet all passed',
      run('C', { own: [equipmentFailure] }),
      'INVALID',
    ],
    ['INVALID when scenarios have no result and nobody failed', run('C C-'), 'INVALID'],
    ['CANCELLED whatever else happened', run('c C', { cancelled: true }), 'CANCELLED'],
  ])('is %s', (_what, verdict, headline) => {
    expect(verdict.headline).toBe(headline);
    expect(verdict.runPassed).toBe(headline === 'PASS');
  });

  it('of a single scenario is that scenario, core or not', () => {
    expect(run('N', { kind: 'single' })).toEqual({ runPassed: true, headline: 'PASS', passRatePercent: 100 });
    expect(run('n', { kind: 'single' })).toEqual({ runPassed: false, headline: 'FAIL', passRatePercent: 0 });
  });
});
