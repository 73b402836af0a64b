import type { ClientOutcome, ClientResult } from './client-result.js';
import {
  countLedger,
  faultPeriodFigures,
  latenciesUs,
  lossFigures,
  percentile,
  type FaultPeriodFigures,
  type Ledger,
} from './ledger.js';
import { violatedIn } from './guarantee-verdict.js';
import type { GuaranteeResult } from './guarantees/guarantee.js';
import { faultBorders } from './periods.js';
import type { RunData, ScenarioResult } from './report-data.js';
import type { Blame } from './status.js';
import { controlFailuresOf } from './judge-control.js';
import {
  difference,
  outcomeDifferences,
  scenarioDifferences,
  violationDifferences,
  type Difference,
} from './rejudge-differences.js';
import { guaranteesAgain, scenarioGuaranteesAgain, type FindGuarantees } from './rejudge-guarantees.js';
import { judgeRun } from './judge-run.js';
import { judgeScenario, lostInFaultOf } from './judge-scenario.js';
import { judgeSdk } from './judge-sdk.js';
import { countsOf, countsText, type KnownVerdict } from './known.js';
import { judgeKnown, type KnownList } from './known-verdict.js';
import type { VerdictRules } from './verdict.js';

export interface Rejudged {
  readonly data: RunData;
  readonly differences: readonly Difference[];
  /** Clients that left no ledger: their own word was taken. */
  readonly withoutLedger: readonly string[];
}

/** Finds the ledger of a client; undefined where there is none. */
export type FindLedger = (
  scenario: string | null,
  phase: 'control' | 'fault' | 'validation',
  sdk: string,
) => Ledger | undefined;

/** What a run is judged again from. */
export interface Evidence {
  readonly ledger: FindLedger;
  readonly guarantees?: FindGuarantees;
}

/** A client's histogram has three significant digits: what is closer to the ledger than this says the same. */
const HISTOGRAM_ERROR = 0.002;

const closeTo = (a: number | null, b: number | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= Math.max(a, b) * HISTOGRAM_ERROR + 0.002);

/** A result whose counts and p99 come from the ledger. What only the client can know (lateness, errors) stays its own. */
function recounted(result: ClientResult, { messages, endUs }: Ledger): ClientResult {
  const { sent, received, lostSeqs, acked, unconfirmed, recovered } = countLedger(messages);
  const p99Us = received === 0 ? null : percentile(latenciesUs(messages, endUs), 99);
  const p99 = p99Us === null ? null : p99Us / 1000;
  const counts = { sent, received, lost: lostSeqs.length, acked, unconfirmed, recovered };
  return { ...result, ...counts, p99_ms: closeTo(result.p99_ms, p99) ? result.p99_ms : p99 };
}

const withLedger = (outcome: ClientOutcome, ledger: Ledger | undefined): ClientOutcome =>
  outcome.result === null || ledger === undefined ? outcome : { ...outcome, result: recounted(outcome.result, ledger) };

const nothing: FindGuarantees = () => undefined;

/** What a run is judged again by. */
interface Judging {
  readonly rules: VerdictRules;
  readonly askedMessages: number;
  readonly sdks: readonly string[];
  readonly find: Evidence;
}

/** Records of 0.1.0 do not say whose failure an unproved recovery is: what was decided then stands. */
const blamedThen = ({ verdict }: ScenarioResult): Blame =>
  verdict.failures.find(({ status }) => status === 'recover_error')?.blame ?? 'equipment';

/** The figures of a fault period from its ledger. Records of 0.1.0 have no borders: there, what follows the recovery is one period. */
function recountedFault(
  { fault, borders = faultBorders(fault, null) }: ScenarioResult,
  figures: FaultPeriodFigures,
  ledger: Ledger,
): FaultPeriodFigures {
  const { injectedUs, recoveredUs } = fault;
  if (injectedUs === null || recoveredUs === null) return { ...figures, ...lossFigures(ledger, borders) };
  return faultPeriodFigures(figures.sdk, ledger, [injectedUs, recoveredUs], borders);
}

function rejudgeScenario(result: ScenarioResult, { rules, askedMessages, sdks, find }: Judging): ScenarioResult {
  // A run that was cancelled has no verdict, and no rule gives it one.
  if (result.verdict.status === 'cancelled') return result;
  const { name } = result.scenario;
  const validation = result.validation.map((o) => withLedger(o, find.ledger(name, 'validation', o.sdk)));
  const faultPeriod = result.faultPeriod.map((figures) => {
    const ledger = find.ledger(name, 'fault', figures.sdk);
    return ledger === undefined ? figures : recountedFault(result, figures, ledger);
  });
  const guarantees = scenarioGuaranteesAgain(result, sdks, find.guarantees ?? nothing);
  const violated = (phase: GuaranteeResult['phase']): GuaranteeResult[] =>
    violatedIn(guarantees).filter((one) => one.phase === phase);
  const sdkVerdicts = validation.map((o) => judgeSdk(o, rules, askedMessages, violated('validation')));
  const { deadNodes, clusterEnded = null, equipmentDied = [], brokersUnknown = null } = result;
  const verdict = judgeScenario({
    fault: { recoveryBlame: blamedThen(result), ...result.fault },
    verdicts: sdkVerdicts,
    lostInFault: lostInFaultOf({ ...result, faultPeriod }),
    violatedInFault: violated('fault'),
    deadNodes,
    clusterEnded,
    equipmentDied,
    brokersUnknown,
    rules,
  });
  return {
    ...result,
    validation,
    faultPeriod,
    sdkVerdicts,
    verdict,
    ...(guarantees === undefined ? {} : { guarantees }),
  };
}

/** Judges a stored run again: counts and p99 from its ledgers, verdicts by `rules`, what is known by `list`; null: nothing is. */
export function rejudge(stored: RunData, find: Evidence, rules: VerdictRules, list: KnownList | null): Rejudged {
  const { known: before, ...data } = stored;
  const askedMessages = data.plan.load.messages;
  const control = data.control.map((o) => withLedger(o, find.ledger(null, 'control', o.sdk)));
  const { sdks } = data.plan;
  const scenarios = data.scenarios.map((result) => rejudgeScenario(result, { rules, askedMessages, sdks, find }));
  const controlGuarantees = guaranteesAgain(data.controlGuarantees, sdks, (sdk) =>
    (find.guarantees ?? nothing)(null, 'control', sdk),
  );
  const controlVerdicts = control.map((o) => judgeSdk(o, rules, askedMessages, violatedIn(controlGuarantees)));
  const { runFailures } = data;
  const controlFailures = controlFailuresOf({ control, controlVerdicts, runFailures }, rules);
  const verdict = judgeRun({
    kind: data.plan.kind,
    planned: data.plan.scenarios,
    scenarios: scenarios.map(({ scenario, verdict: { passed, failures } }) => ({ ...scenario, passed, failures })),
    runFailures: [...runFailures, ...controlFailures],
    cancelled: data.headline === 'CANCELLED',
    rules,
  });
  const judged = {
    ...{ control, controlVerdicts, controlFailures, scenarios },
    ...(controlGuarantees === undefined ? {} : { controlGuarantees }),
  };
  const alone: RunData = { ...data, ...verdict, ...judged, plan: { ...data.plan, rules } };
  const now = list === null ? alone : judgeKnown(alone, list);
  const counts = (known: KnownVerdict | undefined): string =>
    known === undefined ? 'no list' : countsText(countsOf(known));
  const differences = [
    ...difference('run', 'headline', data.headline, now.headline),
    ...difference('run', 'what is new', counts(before), counts(now.known)),
    ...difference('run', 'pass rate', data.passRatePercent, now.passRatePercent),
    ...outcomeDifferences('control run', data.control, control),
    ...violationDifferences('control run', data.controlGuarantees, controlGuarantees),
    ...scenarios.flatMap((s, i) => scenarioDifferences(data.scenarios[i] ?? s, s)),
  ];
  const withoutLedger = [
    ...data.control.filter((o) => find.ledger(null, 'control', o.sdk) === undefined).map((o) => `control run ${o.sdk}`),
    ...data.scenarios.flatMap(({ scenario, validation }) =>
      validation
        .filter((o) => find.ledger(scenario.name, 'validation', o.sdk) === undefined)
        .map((o) => `${scenario.name} ${o.sdk}`),
    ),
  ];
  return { data: now, differences, withoutLedger };
}
