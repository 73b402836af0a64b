import type { ClientOutcome, ClientResult } from './client-result.js';
import { controlViolations, scenarioViolations, violationSymptom } from './guarantee-findings.js';
import { violatedIn } from './guarantee-verdict.js';
import type { GuaranteeResult } from './guarantees/guarantee.js';
import { controlFailuresOf, failedBefore } from './judge-control.js';
import { lineFindings } from './never-lines.js';
import type { RunPlan } from './plan.js';
import type { RunData, ScenarioResult } from './report-data.js';
import { blameOf } from './status.js';
import { CHECKS, type CheckName, type Finding, type Place, type Symptom } from './symptom.js';
import type { Failure, SdkVerdict } from './verdict.js';

/** What findings are made of: a run, whether or not it has been judged as a whole. */
export type FoundIn = Pick<
  RunData,
  'plan' | 'control' | 'controlVerdicts' | 'controlGuarantees' | 'runFailures' | 'scenarios' | 'endSnapshot' | 'notes'
>;

const isCheck = (name: string): name is CheckName => (CHECKS as readonly string[]).includes(name);

/** What a client said besides its figures. */
const saidBy = ({ result, lineProblem }: Pick<ClientOutcome, 'result' | 'lineProblem'>): readonly string[] => [
  ...(result?.errors ?? []),
  ...(lineProblem === null ? [] : [lineProblem]),
];

/** Messages that were never acknowledged: a client of a user's own need not say how many. */
const unconfirmedOf = ({ sent, received, lost, unconfirmed = sent - received - lost }: ClientResult): number =>
  Math.max(0, unconfirmed);

function valueOf(check: CheckName, result: ClientResult | null): number | null {
  if (result === null) return null;
  if (check === 'unconfirmed') return unconfirmedOf(result);
  return check === 'lost' || check === 'sent' || check === 'p99_ms' ? result[check] : null;
}

/** What is known of one client in one phase, beside its verdict. */
interface OfClient {
  readonly outcome: ClientOutcome | undefined;
  readonly violated: readonly GuaranteeResult[];
  /** How many messages it was asked for. */
  readonly asked: number;
}

/**
 * The failing checks of one client. A client ends with status 1 because of what it has found, and has no p99 where it has received nothing: where another
 * check fails, these two say nothing more. Messages that were never acknowledged are in no check of their own.
 */
function symptomsOf(verdict: SdkVerdict, { outcome, violated, asked }: OfClient, where: Place): Symptom[] {
  const result = outcome?.result ?? null;
  const said = outcome === undefined ? [] : saidBy(outcome);
  const symptom = (check: CheckName, observed: string): Symptom => {
    const violation = violated.find(({ guarantee }) => guarantee === check);
    if (violation !== undefined) return violationSymptom(violation);
    return { check, where, value: valueOf(check, result), text: `${check} ${observed}`, said };
  };
  const failing = verdict.checks.flatMap(({ check, observed, ok }) =>
    !ok && isCheck(check) ? [symptom(check, observed)] : [],
  );
  const unconfirmed = result === null ? 0 : unconfirmedOf(result);
  const sent = result?.sent ?? 0;
  const found = [
    ...failing,
    ...(unconfirmed > 0 ? [symptom('unconfirmed', String(unconfirmed))] : []),
    // Who fails and has stopped early has not shown how the rest would have gone.
    ...(sent > 0 && sent < asked && !failing.some(({ check }) => check === 'planned')
      ? [symptom('sent', `${sent} of ${asked}`)]
      : []),
  ];
  const endedByItself = outcome?.end.kind === 'exited' && outcome.end.code === 1;
  const isFollowing = ({ check, value }: Symptom): boolean =>
    (check === 'exit_code' && endedByItself) || (check === 'p99_ms' && value === null);
  return found.every(isFollowing) ? found : found.filter((one) => !isFollowing(one));
}

/** What is known of the clients of one phase. */
interface OfPhase {
  readonly outcomes: readonly ClientOutcome[];
  readonly guarantees: readonly GuaranteeResult[] | undefined;
  readonly asked: number;
}

function clientFinding(
  verdict: SdkVerdict,
  { outcomes, guarantees, asked }: OfPhase,
  at: Pick<Finding, 'scenario' | 'where' | 'fails'>,
): Finding {
  const { sdk, status } = verdict;
  const violated = violatedIn(guarantees).filter((one) => one.sdk === sdk && one.phase === at.where);
  const of = { outcome: outcomes.find((one) => one.sdk === sdk), violated, asked };
  return { ...at, sdk, status, blame: blameOf(status), symptoms: symptomsOf(verdict, of, at.where) };
}

/** What each client of the fault period lost. */
function lossFindings({ scenario, faultPeriod, withoutLedger = [] }: ScenarioResult, fails: boolean): Finding[] {
  const lost = [
    ...faultPeriod.map(({ sdk, ackedLost }) => ({ sdk, count: ackedLost, said: [] as readonly string[] })),
    ...withoutLedger.map((outcome) => ({ sdk: outcome.sdk, count: outcome.result?.lost ?? 0, said: saidBy(outcome) })),
  ];
  return lost
    .filter(({ count }) => count > 0)
    .map(({ sdk, count, said }) => ({
      ...{ scenario: scenario.name, sdk, where: 'fault', status: 'failed', blame: 'broker', fails },
      symptoms: [{ check: 'lost', where: 'fault', value: count, text: `lost ${count}`, said }],
    }));
}

/** Brokers that died by themselves, where that counts (`judge-scenario.ts`). */
const deadOf = ({ deadNodes, fault }: ScenarioResult): readonly string[] =>
  fault.injectError === null && fault.recoverError === null ? deadNodes : [];

/** A failure that is the scenario's own, but for losses, which are each client's. */
function ownFinding(result: ScenarioResult, { status, blame, sdk }: Failure): Finding {
  const { scenario, fault } = result;
  const where: Place = 'scenario';
  const finding = { scenario: scenario.name, sdk, where, status, blame, fails: true };
  if (status === 'recover_error') {
    const text = fault.recoverError ?? '';
    const symptom: Symptom = { check: 'recovery', where, value: null, text: `recovery: ${text}`, said: [text] };
    return { ...finding, symptoms: [symptom] };
  }
  const dead = status === 'failed' && sdk === null ? deadOf(result) : [];
  const symptoms = dead.map((node): Symptom => ({
    check: 'dead_broker',
    where,
    value: null,
    text: `${node} died`,
    said: [node],
  }));
  return { ...finding, symptoms };
}

/** Did the test's own equipment stand in the way, so that nobody is blamed for anything? Log lines stay what they are. */
const isOfOurs = ({ verdict, fault, clusterEnded, brokersUnknown, equipmentDied = [] }: ScenarioResult): boolean =>
  verdict.status === 'harness_error' &&
  (clusterEnded != null ||
    brokersUnknown != null ||
    equipmentDied.length > 0 ||
    fault.recoverErrorBlame === 'equipment');

function scenarioFindings(result: ScenarioResult, rules: RunPlan['rules'], asked: number): Finding[] {
  const isDurable = rules.durability === 'fail';
  const { scenario, verdict, sdkVerdicts, validation, guarantees, snapshots } = result;
  const lines = lineFindings(scenario.name, snapshots);
  const failures = verdict.failures.filter(({ blame }) => blame !== null);
  // Without a verdict of the client, nothing is known of its failure but its status.
  const own = failures.filter(({ sdk }) => sdk === null || !sdkVerdicts.some((v) => v.sdk === sdk));
  const losses = isOfOurs(result) ? [] : lossFindings(result, isDurable);
  const violations = isOfOurs(result) ? [] : scenarioViolations(result, rules);
  // Of several failures of one status there is one finding. What was lost or violated in the fault period is said by each client.
  const statuses = [...new Map(own.map((failure) => [`${failure.status} ${String(failure.sdk)}`, failure])).values()];
  const isSaid = ({ status, sdk }: Failure): boolean =>
    sdk === null &&
    status === 'failed' &&
    deadOf(result).length === 0 &&
    [...losses, ...violations].some(({ fails }) => fails);
  const ofClients = sdkVerdicts.filter(({ sdk }) => failures.some((failure) => failure.sdk === sdk));
  const at = { scenario: scenario.name, where: 'validation', fails: true } as const;
  return [
    ...statuses.filter((failure) => !isSaid(failure)).map((failure) => ownFinding(result, failure)),
    ...ofClients.map((sdkVerdict) => clientFinding(sdkVerdict, { outcomes: validation, guarantees, asked }, at)),
    ...losses,
    ...violations,
    ...lines,
  ];
}

function controlFindings(data: FoundIn): Finding[] {
  const counted = controlFailuresOf(data, data.plan.rules);
  const { control: outcomes, controlGuarantees: guarantees, plan } = data;
  const of = { outcomes, guarantees, asked: plan.load.messages };
  const failed = failedBefore(data).map((verdict) => {
    const fails = counted.some(({ sdk }) => sdk === verdict.sdk);
    return clientFinding(verdict, of, { scenario: null, where: 'control', fails });
  });
  return [...failed, ...controlViolations(data)];
}

function runFindings({ runFailures, notes }: FoundIn): Finding[] {
  return runFailures.map(({ status, blame, sdk }) => {
    const start: Symptom = {
      check: 'cluster_start',
      where: 'run',
      value: null,
      text: 'the cluster did not start',
      said: notes.filter((note) => note.startsWith('CLUSTER_START_FAILED')),
    };
    const symptoms = status === 'cluster_start_error' ? [start] : [];
    return { scenario: null, sdk, where: 'run', status, blame, fails: true, symptoms };
  });
}

/** Every failure and every warning of a run. Those of the test's own equipment are among them, and say nothing of the broker. */
export const findingsOf = (data: FoundIn): Finding[] =>
  [
    ...runFindings(data),
    ...controlFindings(data),
    ...data.scenarios.flatMap((result) => scenarioFindings(result, data.plan.rules, data.plan.load.messages)),
    ...(data.endSnapshot === null ? [] : lineFindings(null, [data.endSnapshot])),
  ].map((finding) => (finding.blame === 'equipment' ? { ...finding, symptoms: [] } : finding));
