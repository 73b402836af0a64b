import { isBasic, type ClientOutcome, type ClientResult } from './client-result.js';
import { contradictionIn } from './contradiction.js';
import { guaranteeChecks, type Violated } from './guarantee-verdict.js';
import { hostTroubleIn, tooBusyToTell } from './host-trouble.js';
import { blameOf, type SdkStatus } from './status.js';
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
      return `could not be started: ${end.path}`;
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
  const { planned, sent, lateness_p99_ms: lateness, achieved_rate_ratio: rate } = result;
  const whole = planned === undefined || sent === planned;
  const late = lateness != null && lateness > rules.latenessLimitMs;
  return late || (whole && rate !== undefined && rate < rules.achievedRateMin);
}

/** By the clients' contract: settings that cannot be used, and a client that is not built. It never spoke to a broker then. */
const SET_UP_EXITS: readonly number[] = [2, 3];

const couldNotBegin = ({ end, result }: ClientOutcome): boolean =>
  end.kind === 'exited' && SET_UP_EXITS.includes(end.code) && result?.sent === 0;

/** Lateness cannot lose a message that was acknowledged, nor withhold an acknowledgement, nor keep a broker from letting anybody in. */
const isExcusable = ({ sent, received, lost, unconfirmed = sent - received }: ClientResult): boolean =>
  sent > 0 && lost === 0 && unconfirmed <= 0;

/** A client that sent or planned fewer messages than it was asked for. */
function tooFew({ sent, planned = Infinity }: ClientResult, asked: number): Check | null {
  const [name, count] = planned < asked ? (['planned', planned] as const) : (['sent', sent] as const);
  if (count >= asked) return null;
  return check(name, `>= ${asked}, as MESSAGE_COUNT says (config: sdk_clients.messages)`, String(count), false);
}

/**
 * What a stranger with the client's own id has done to it is not the broker's failure. Who passed in spite of it has passed. `violated`: what the checkers found in the
 * ledgers of the phase, of any client.
 */
export function judgeSdk(
  outcome: ClientOutcome,
  rules: VerdictRules,
  askedMessages: number,
  violated: readonly Violated[] = [],
): SdkVerdict {
  const own = violated.filter(({ sdk }) => sdk === outcome.sdk);
  const verdict = judgeAlone(outcome, rules, askedMessages, own);
  const { idTaken } = outcome;
  if (idTaken === undefined || blameOf(verdict.status) !== 'broker') return verdict;
  const stranger = check('client_id', 'used by no other client', idTaken, false);
  return { ...verdict, status: 'harness_error', checks: [...verdict.checks, stranger] };
}

/**
 * Judges one client of a validation by step 5 of the seed: exit code 0, nothing lost, p99 below the limit; plus at least one message sent.
 * A guarantee that is named and was violated is a check, too. A late generator excuses slowness and nothing else. A client whose figures contradict each other is not believed, and one that has sent fewer
 * messages than it was asked for has proved nothing with the rest.
 */
function judgeAlone(
  outcome: ClientOutcome,
  rules: VerdictRules,
  askedMessages: number,
  violated: readonly Violated[],
): SdkVerdict {
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
  if (end.kind === 'timeout') {
    const busy = tooBusyToTell(outcome.hostCpu);
    if (busy === undefined) return verdict('timeout', [exit]);
    return verdict('harness_overloaded', [exit, check('host', 'room for its clients', busy, false)]);
  }
  const problem = contradictionIn(outcome);
  if (result === null || problem !== null) {
    const observed = problem ?? outcome.lineProblem ?? 'none';
    return verdict('script_format_error', [exit, check('last_line', 'a result as in CONTRACT.md', observed, false)]);
  }
  if (couldNotBegin(outcome)) return verdict('harness_error', [exit]);
  const p99 = result.p99_ms;
  const isFast = p99 !== null && p99 < rules.p99LimitMs;
  const broken = guaranteeChecks(violated, rules, result.lost);
  const checks = [
    exit,
    isBasic(result)
      ? check('sent', '> 0', String(result.sent), result.sent > 0)
      : check('events', '> 0', String(result.events ?? 0), (result.events ?? 0) > 0),
    check('lost', '0', String(result.lost), result.lost === 0),
    ...(isBasic(result) ? [check('p99_ms', `< ${rules.p99LimitMs}`, String(p99), isFast)] : []),
    ...broken,
  ];
  // Nothing of this is the broker's: the host had run out of something, or somebody ended a client that had met nothing bad.
  const trouble = hostTroubleIn(result.errors.join('\n'));
  if (trouble !== undefined && !checks.every((c) => c.ok))
    return verdict('harness_error', [...checks, check('host', 'no trouble', trouble, false)]);
  if (end.kind === 'signalled' && checks.slice(1).every((c) => c.ok)) return verdict('harness_error', checks);
  const good = checks.every((c) => c.ok);
  const few = isBasic(result) ? tooFew(result, askedMessages) : null;
  if (good) return few === null ? verdict('passed', checks) : verdict('harness_error', [...checks, few]);
  if (few?.check === 'planned') return verdict('failed', [...checks, few]);
  const excusable = broken.length === 0 && isExcusable(result);
  return verdict(excusable && isOverloaded(outcome, rules) ? 'harness_overloaded' : 'failed', checks);
}
