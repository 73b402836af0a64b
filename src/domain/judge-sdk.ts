import type { ClientOutcome, ClientResult } from './client-result.js';
import { hostTroubleIn } from './host-trouble.js';
import type { SdkStatus } from './status.js';
import type { Check, SdkVerdict, VerdictRules } from './verdict.js';

const check = (name: string, expected: string, observed: string, ok: boolean): Check => ({
  check: name,
  expected,
  observed,
  ok,
});

function exitText(outcome: ClientOutcome): string {
  const { end, result } = outcome;
  switch (end.kind) {
    case 'exited':
      return result?.unconfirmed ? `${end.code}, ${result.unconfirmed} never acknowledged` : String(end.code);
    case 'signalled':
      return end.signal;
    case 'timeout':
      return `still running after ${end.limitMs} ms`;
    case 'not_found':
      return `no such script: ${end.path}`;
    case 'runner_died':
      return 'unknown: the process that watched the client died';
    default:
      return end satisfies never;
  }
}

/** A rate is only the generator's own where it generated everything: a set-up that failed, or a run that was ended, has none. */
function isOverloaded(outcome: ClientOutcome, rules: VerdictRules): boolean {
  const { result } = outcome;
  if (result === null) return false;
  const whole = result.planned === undefined || result.sent === result.planned;
  const rate = whole ? (result.achieved_rate_ratio ?? 1) : 1;
  return (result.lateness_p99_ms ?? 0) > rules.latenessLimitMs || rate < rules.achievedRateMin;
}

/** By the clients' contract: settings that cannot be used, and a client that is not built. It never spoke to a broker then. */
const SET_UP_EXITS: readonly number[] = [2, 3];

const couldNotBegin = ({ end, result }: ClientOutcome): boolean =>
  end.kind === 'exited' && SET_UP_EXITS.includes(end.code) && result?.sent === 0;

/** Lateness cannot lose a message that was acknowledged, nor withhold an acknowledgement, nor keep a broker from letting anybody in. */
const isExcusable = (result: ClientResult): boolean =>
  result.sent > 0 && result.lost === 0 && (result.unconfirmed ?? 0) === 0;

/**
 * Judges one client of a validation by step 5 of the seed: exit code 0, nothing lost, p99 below the limit; plus at least one message sent.
 * A late generator excuses slowness and nothing else. A client that was stopped before it had planned all the messages it was asked for has
 * proved nothing with the rest; one that does not say what it planned is taken at its word.
 */
export function judgeSdk(outcome: ClientOutcome, rules: VerdictRules, askedMessages: number): SdkVerdict {
  const { sdk, end, result } = outcome;
  const exit = check('exit_code', '0', exitText(outcome), end.kind === 'exited' && end.code === 0);
  const verdict = (status: SdkStatus, checks: readonly Check[]): SdkVerdict => ({
    sdk,
    status,
    passed: status === 'passed',
    checks,
  });
  if (end.kind === 'not_found') return verdict('script_not_found', [exit]);
  if (end.kind === 'runner_died') return verdict('harness_error', [exit]);
  if (end.kind === 'timeout') return verdict('timeout', [exit]);
  if (result === null) {
    const line = check('last_line', 'a result as in CONTRACT.md', outcome.lineProblem ?? 'none', false);
    return verdict('script_format_error', [exit, line]);
  }
  if (couldNotBegin(outcome)) return verdict('harness_error', [exit]);
  const p99 = result.p99_ms;
  const checks = [
    exit,
    check('sent', '> 0', String(result.sent), result.sent > 0),
    check('lost', '0', String(result.lost), result.lost === 0),
    check('p99_ms', `< ${rules.p99LimitMs}`, String(p99), p99 !== null && p99 < rules.p99LimitMs),
  ];
  const { planned = askedMessages } = result;
  // Nothing of this is the broker's: the host had run out of something, or somebody ended a client that had met nothing bad.
  const trouble = hostTroubleIn(result.errors.join('\n'));
  if (trouble !== undefined && !checks.every((c) => c.ok))
    return verdict('harness_error', [...checks, check('host', 'no trouble', trouble, false)]);
  if (end.kind === 'signalled' && checks.slice(1).every((c) => c.ok)) return verdict('harness_error', checks);
  const cutShort = check('planned', `>= ${askedMessages}`, String(planned), false);
  const good = checks.every((c) => c.ok);
  if (planned < askedMessages) return verdict(good ? 'harness_error' : 'failed', [...checks, cutShort]);
  if (good) return verdict('passed', checks);
  return verdict(isExcusable(result) && isOverloaded(outcome, rules) ? 'harness_overloaded' : 'failed', checks);
}
