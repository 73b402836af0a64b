import type { ClientOutcome, ClientResult } from './client-result.js';
import type { FaultRecord } from './fault-record.js';
import { blameOf, type Blame, type Headline, type ScenarioStatus, type SdkStatus } from './status.js';

/** The limits a verdict rests on; all from the config. */
export interface VerdictRules {
  /** A validation's p99 must be below this, in ms. */
  readonly p99LimitMs: number;
  /** Generator lateness at p99 above this (ms) makes a slow result the equipment's fault. */
  readonly latenessLimitMs: number;
  /** A generator below this share of its planned rate does, too. */
  readonly achievedRateMin: number;
  /** Share of the non-core scenarios that must pass, in percent. */
  readonly nonCorePassRatePercent: number;
  /** `fail` makes messages lost during the fault count; `warn` only shows them. */
  readonly durability: 'warn' | 'fail';
}

/** One named criterion with what was expected and what was seen. */
export interface Check {
  readonly check: string;
  readonly expected: string;
  readonly observed: string;
  readonly ok: boolean;
}

export interface SdkVerdict {
  readonly sdk: string;
  readonly status: SdkStatus;
  readonly passed: boolean;
  readonly checks: readonly Check[];
}

/** One reason why a scenario did not pass. `sdk` is null where it is the scenario's own. */
export interface Failure {
  readonly status: Exclude<ScenarioStatus, 'passed'>;
  readonly blame: Blame | null;
  readonly sdk: string | null;
}

export interface ScenarioVerdict {
  readonly passed: boolean;
  readonly status: ScenarioStatus;
  readonly failures: readonly Failure[];
  readonly attribution: 'none' | 'broker' | 'some-sdks' | 'equipment';
}

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
  const cutShort = check('planned', `>= ${askedMessages}`, String(planned), false);
  const good = checks.every((c) => c.ok);
  if (planned < askedMessages) return verdict(good ? 'harness_error' : 'failed', [...checks, cutShort]);
  if (good) return verdict('passed', checks);
  return verdict(isExcusable(result) && isOverloaded(outcome, rules) ? 'harness_overloaded' : 'failed', checks);
}

/** Which of several failures names the scenario: the fault's own course comes first, since the validation means little without it. */
const SEVERITY: readonly ScenarioStatus[] = [
  'cancelled',
  'inject_error',
  'fault_not_observed',
  'fault_cut_short',
  'recover_error',
  'failed',
  'timeout',
  'harness_error',
  'script_not_found',
  'script_format_error',
  'harness_overloaded',
  'cluster_start_error',
];

function attributionOf(verdicts: readonly SdkVerdict[]): ScenarioVerdict['attribution'] {
  const broker = verdicts.filter((v) => blameOf(v.status) === 'broker');
  if (broker.length > 0) return broker.length === verdicts.length ? 'broker' : 'some-sdks';
  return verdicts.some((v) => !v.passed) ? 'equipment' : 'none';
}

/** Of a scenario whose failures may be the equipment's alone: its evidence stays in the report. */
const SAYS_NOTHING: ScenarioVerdict = {
  passed: false,
  status: 'harness_error',
  failures: [{ status: 'harness_error', blame: 'equipment', sdk: null }],
  attribution: 'equipment',
};

/** Joins the fault's own course and the validation of every SDK into the scenario's verdict. */
export function judgeScenario(input: {
  readonly fault: Pick<FaultRecord, 'injectError' | 'observed' | 'cutShort' | 'recoverError' | 'recoveryBlame'>;
  readonly verdicts: readonly SdkVerdict[];
  /** Messages acknowledged before or during the fault and never received, all SDKs together. */
  readonly ackedLostDuringFault: number;
  /** Brokers that died by themselves: during the fault, or after a recovery that had proved them all alive. */
  readonly deadNodes: readonly string[];
  /** Why the test's own equipment had ended the cluster by then, if it had. */
  readonly clusterEnded: string | null;
  /** Why nobody could tell which brokers lived, if so. */
  readonly brokersUnknown: string | null;
  /** What of the test's own equipment died from the inject on. */
  readonly equipmentDied: readonly string[];
  readonly rules: VerdictRules;
}): ScenarioVerdict {
  const { fault, verdicts, rules } = input;
  if (input.clusterEnded !== null || input.brokersUnknown !== null) return SAYS_NOTHING;
  const own: ScenarioStatus[] = [];
  if (fault.injectError !== null) own.push('inject_error');
  else if (!fault.observed) own.push('fault_not_observed');
  if (fault.cutShort) own.push('fault_cut_short');
  if (fault.recoverError !== null) own.push('recover_error');
  if (rules.durability === 'fail' && input.ackedLostDuringFault > 0) own.push('failed');
  const healedBefore = fault.injectError === null && fault.recoverError === null;
  if (healedBefore && input.deadNodes.length > 0) own.push('failed');
  if (verdicts.length === 0) own.push('harness_error');
  const failure = (status: ScenarioStatus, sdk: string | null): Failure[] =>
    status === 'passed' ? [] : [{ status, blame: blameOf(status, fault.recoveryBlame), sdk }];
  const failures = [
    ...own.flatMap((status) => failure(status, null)),
    ...verdicts.flatMap((v) => failure(v.status, v.sdk)),
  ];
  // Who passed in spite of it has passed.
  if (input.equipmentDied.length > 0 && failures.some(({ blame }) => blame === 'broker')) return SAYS_NOTHING;
  const status = SEVERITY.find((s) => failures.some((f) => f.status === s)) ?? 'passed';
  return { passed: failures.length === 0, status, failures, attribution: attributionOf(verdicts) };
}

export interface JudgedScenario {
  readonly name: string;
  readonly core: boolean;
  readonly passed: boolean;
  readonly failures: readonly Failure[];
}

export interface RunVerdict {
  readonly runPassed: boolean;
  readonly headline: Headline;
  /** Whole percent, rounded down; 0 where the run has no scenarios. */
  readonly passRatePercent: number;
}

/**
 * The run's verdict. `runFailures` are those that belong to no scenario: a cluster that did not start, equipment that failed in the
 * control run. A planned scenario that has no result did not pass.
 */
export function judgeRun(input: {
  readonly kind: 'full' | 'single';
  readonly planned: readonly { readonly name: string; readonly core: boolean }[];
  readonly scenarios: readonly JudgedScenario[];
  readonly runFailures: readonly Failure[];
  readonly cancelled: boolean;
  readonly rules: VerdictRules;
}): RunVerdict {
  const passed = (name: string): boolean => input.scenarios.some((s) => s.name === name && s.passed);
  // In whole hundredths first, then divided: 29 / 50 * 100 is below 58.
  const percent = (list: readonly { readonly name: string }[]): number =>
    list.length === 0 ? 100 : (list.filter((s) => passed(s.name)).length * 100) / list.length;
  const core = input.planned.filter((s) => s.core);
  const rest = input.planned.filter((s) => !s.core);
  const passRatePercent = input.planned.length === 0 ? 0 : Math.floor(percent(input.planned));
  const good =
    input.kind === 'single'
      ? percent(input.planned) === 100
      : percent(core) === 100 && percent(rest) >= input.rules.nonCorePassRatePercent;
  const runPassed = good && input.planned.length > 0 && input.runFailures.length === 0 && !input.cancelled;
  if (input.cancelled) return { runPassed: false, headline: 'CANCELLED', passRatePercent };
  if (runPassed) return { runPassed, headline: 'PASS', passRatePercent };
  const failures = [...input.runFailures, ...input.scenarios.flatMap((s) => s.failures)];
  const headline = failures.some((f) => f.blame === 'broker') ? 'FAIL' : 'INVALID';
  return { runPassed, headline, passRatePercent };
}

/** Did a run fail by nothing but result lines that could not be read? Such a run says nothing of the broker, and is not counted. */
export function isOnlyFormatErrors(run: {
  readonly runFailures: readonly Failure[];
  readonly scenarios: readonly { readonly verdict: Pick<ScenarioVerdict, 'failures'> }[];
}): boolean {
  const failures = [...run.runFailures, ...run.scenarios.flatMap(({ verdict }) => verdict.failures)];
  return failures.length > 0 && failures.every(({ status }) => status === 'script_format_error');
}
