import type { ClientOutcome } from './client-result.js';
import type { FaultRecord } from './fault-record.js';
import { isCounted, type Violated } from './guarantee-verdict.js';
import { blameOf, type ScenarioStatus } from './status.js';
import type { Failure, ScenarioVerdict, SdkVerdict, VerdictRules } from './verdict.js';

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

/** Acknowledged and never received, all SDKs together; and who left neither a ledger nor a result, so that nobody can count what it lost. */
export interface LostInFault {
  readonly count: number;
  readonly uncounted: readonly string[];
}

/** What was lost in a fault period: by the ledgers, and where a client left none by what it says. */
export function lostInFaultOf({
  faultPeriod,
  withoutLedger = [],
}: {
  readonly faultPeriod: readonly { readonly ackedLost: number }[];
  readonly withoutLedger?: readonly Pick<ClientOutcome, 'sdk' | 'result'>[] | undefined;
}): LostInFault {
  const counts = [...faultPeriod.map((f) => f.ackedLost), ...withoutLedger.map(({ result }) => result?.lost ?? 0)];
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    uncounted: withoutLedger.flatMap(({ sdk, result }) => (result === null ? [sdk] : [])),
  };
}

/** Joins the fault's own course and the validation of every SDK into the scenario's verdict. */
export function judgeScenario(input: {
  readonly fault: Pick<
    FaultRecord,
    'injectError' | 'observed' | 'cutShort' | 'recoverError' | 'recoveryBlame' | 'recoverErrorBlame'
  >;
  readonly verdicts: readonly SdkVerdict[];
  /** What the clients of the fault period lost, from their first message to their end. */
  readonly lostInFault: LostInFault;
  /** What the checkers found in the ledgers of the fault period. */
  readonly violatedInFault?: readonly Violated[];
  /** Brokers that died by themselves: during the fault, or after a recovery that had proved them all alive. */
  readonly deadNodes: readonly string[];
  /** Why the test's own equipment had ended the cluster by then, if it had. */
  readonly clusterEnded: string | null;
  /** Why nobody could tell which brokers lived, if so. */
  readonly brokersUnknown: string | null;
  /** What of the test's own equipment died or did not work, since the clients of the fault period. */
  readonly equipmentDied: readonly string[];
  readonly rules: VerdictRules;
}): ScenarioVerdict {
  const { fault, verdicts, rules } = input;
  if (input.clusterEnded !== null || input.brokersUnknown !== null) return SAYS_NOTHING;
  const own: ScenarioStatus[] = [];
  if (fault.injectError !== null) own.push('inject_error');
  else if (!fault.observed) own.push('fault_not_observed');
  if (fault.cutShort) own.push('fault_cut_short');
  // A broker is not to blame for a recovery that ours kept from being seen; nor, from then on, for anything else.
  const oursInTheWay = fault.recoverErrorBlame === 'equipment';
  if (fault.recoverError !== null)
    own.push(fault.recoveryBlame === 'broker' && oursInTheWay ? 'harness_error' : 'recover_error');
  const { violatedInFault = [] } = input;
  const lostSome = rules.durability === 'fail' && input.lostInFault.count > 0;
  if (lostSome || violatedInFault.some((one) => isCounted(one, rules))) own.push('failed');
  if (rules.durability === 'fail' && input.lostInFault.uncounted.length > 0) own.push('harness_error');
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
  if ((oursInTheWay || input.equipmentDied.length > 0) && failures.some(({ blame }) => blame === 'broker'))
    return SAYS_NOTHING;
  const status = SEVERITY.find((s) => failures.some((f) => f.status === s)) ?? 'passed';
  return { passed: failures.length === 0, status, failures, attribution: attributionOf(verdicts) };
}
