import { describe, expect, it } from 'vitest';
import type { ClientOutcome } from '../../src/domain/client-result.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { outcome, rules } from '../../testing/values.js';

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

  it('demands no p99 and no number of messages of another workload than the usual one', () => {
    const other = outcome({ result: { workload: 'wills', p99_ms: null, sent: 0, planned: 6, received: 3, events: 9 } });
    expect(judgeSdk(other, rules, ASKED)).toMatchObject({ status: 'passed' });
    for (const over of [{ lost: 1, events: 9 }, { events: 0 }, {}])
      expect(judgeSdk(outcome({ result: { workload: 'wills', p99_ms: null, ...over } }), rules, ASKED)).toMatchObject({
        status: 'failed',
      });
    expect(judgeSdk(outcome({ result: { workload: 'basic-pubsub', p99_ms: null } }), rules, ASKED)).toMatchObject({
      status: 'failed',
    });
  });

  it.each<[string, ClientOutcome, string]>([
    ['exit code 1', outcome({ end: { kind: 'exited', code: 1 } }), 'exit_code'],
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

  it('is harness_error when somebody ended a client that had met nothing bad, and failed when it had', () => {
    const end = { kind: 'signalled', signal: 'SIGKILL' } as const;
    expect(statusOf(outcome({ end }))).toBe('harness_error');
    expect(statusOf(outcome({ end, result: { lost: 1 } }))).toBe('failed');
  });

  it('is harness_error when the host had run out of something, whatever the client met, and passed when it met nothing', () => {
    const errors = ['ledger: OSError: [Errno 28] No space left on device'];
    const verdict = judgeSdk(outcome({ result: { lost: 3, errors } }), rules, ASKED);
    expect(verdict).toMatchObject({ status: 'harness_error', passed: false });
    expect(verdict.checks.at(-1)).toMatchObject({ check: 'host', observed: errors[0], ok: false });
    expect(statusOf(outcome({ result: { errors } }))).toBe('passed');
  });

  it('says with the exit code how many messages were never acknowledged', () => {
    const verdict = judgeSdk(outcome({ end: { kind: 'exited', code: 1 }, result: { unconfirmed: 12 } }), rules, ASKED);
    expect(verdict.checks[0]).toMatchObject({ check: 'exit_code', observed: '1, 12 never acknowledged', ok: false });
  });

  it('is harness_error when a client was stopped before it had planned what it was asked for, however well the rest went', () => {
    const verdict = judgeSdk(outcome({ result: { planned: 999, sent: 999 } }), rules, ASKED);
    expect(verdict).toMatchObject({ status: 'harness_error', passed: false });
    expect(verdict.checks.filter((c) => !c.ok)).toEqual([
      { check: 'planned', expected: expect.stringMatching(/^>= 1000, as MESSAGE_COUNT/), observed: '999', ok: false },
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

  it.each([undefined, 1000])('is harness_error with fewer messages sent than asked for, with %s planned', (planned) => {
    const verdict = judgeSdk(outcome({ result: { planned, sent: 7, received: 7 } }), rules, ASKED);
    expect(verdict).toMatchObject({ status: 'harness_error', passed: false });
    const expected = '>= 1000, as MESSAGE_COUNT says (config: sdk_clients.messages)';
    expect(verdict.checks.filter((c) => !c.ok)).toEqual([{ check: 'sent', expected, observed: '7', ok: false }]);
  });

  it('passes with more messages sent than asked for, where it does not say what it planned', () => {
    expect(statusOf(outcome({ result: { sent: 1001, received: 1001 } }))).toBe('passed');
  });

  it.each([0, 1])('is script_format_error when its own figures disagree, with exit code %i too', (code) => {
    const given = outcome({ end: { kind: 'exited', code }, result: { received: 40, lost: 3 } });
    const verdict = judgeSdk(given, rules, ASKED);
    expect(verdict).toMatchObject({ status: 'script_format_error', passed: false });
    expect(verdict.checks.at(-1)).toMatchObject({ check: 'last_line', ok: false });
    expect(verdict.checks.at(-1)?.observed).toContain('sent 1000, received 40, lost 3');
  });

  it('is not a timeout of the broker where the host was too busy; anything else stays what it is', () => {
    const hostCpu = { busyPercent: 100, clusterPercent: 5, clientsPercent: 2, latePercent: 80 };
    const late = { ...outcome({ end: { kind: 'timeout', limitMs: 9000 }, result: null }), hostCpu };
    const verdict = judgeSdk(late, rules, ASKED);
    expect(verdict).toMatchObject({ status: 'harness_overloaded', passed: false });
    expect(verdict.checks.at(-1)?.observed).toContain('late for 80 %');
    expect(statusOf({ ...late, hostCpu: { ...hostCpu, latePercent: 5 } })).toBe('timeout');
    expect(statusOf({ ...outcome({ result: { lost: 1 } }), hostCpu })).toBe('failed');
    expect(statusOf({ ...outcome({ result: { p99_ms: 600 } }), hostCpu })).toBe('failed');
    expect(statusOf({ ...outcome(), hostCpu })).toBe('passed');
  });

  it('passes with p99 just below the limit', () => {
    expect(statusOf(outcome({ result: { p99_ms: 499.999 } }))).toBe('passed');
  });

  it.each<[string, ClientOutcome, string]>([
    ['timeout', outcome({ end: { kind: 'timeout', limitMs: 9000 }, result: null }), 'still running after 9000 ms'],
    [
      'script_not_found',
      outcome({ end: { kind: 'not_found', path: '/x.sh' }, result: null }),
      'could not be started: /x.sh',
    ],
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

  it.each<[string, ClientOutcome]>([
    ['a loss', outcome({ result: { lost: 3 } })],
    ['a bad exit', outcome({ end: { kind: 'exited', code: 1 } })],
    ['slowness', outcome({ result: { p99_ms: 800 } })],
    ['no end', outcome({ end: { kind: 'timeout', limitMs: 9000 }, result: null })],
  ])('does not blame the broker for %s of a client whose id another one used', (_what, given) => {
    const verdict = judgeSdk({ ...given, idTaken: 'another client used the client id' }, rules, ASKED);
    expect(verdict).toMatchObject({ status: 'harness_error', passed: false });
    const observed = 'another client used the client id';
    expect(verdict.checks.at(-1)).toEqual({
      check: 'client_id',
      expected: 'used by no other client',
      observed,
      ok: false,
    });
  });

  it('lets a client pass that has passed although another one used its id, and keeps what else was wrong', () => {
    expect(statusOf({ ...outcome(), idTaken: 'another client' })).toBe('passed');
    expect(statusOf({ ...outcome({ result: null }), idTaken: 'another client' })).toBe('script_format_error');
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
    ['a message of which nothing is known', { unconfirmed: undefined, received: 999 }],
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
