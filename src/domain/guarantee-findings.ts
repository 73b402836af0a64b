import { isCounted, isSaidByLost, violatedIn, violationsText } from './guarantee-verdict.js';
import type { GuaranteeResult } from './guarantees/guarantee.js';
import type { RunData, ScenarioResult } from './report-data.js';
import { blameOf } from './status.js';
import type { Finding, Symptom } from './symptom.js';
import type { SdkVerdict, VerdictRules } from './verdict.js';

/** How often a guarantee was violated, with the first violations as what was said of it. */
export const violationSymptom = ({ guarantee, phase, violations, shown }: GuaranteeResult): Symptom => ({
  ...{ check: guarantee, where: phase, value: violations },
  text: `${guarantee}: ${violationsText(violations)}`,
  said: shown.map(({ text }) => text),
});

/** One finding for each client. */
function findingsBySdk(scenario: string | null, results: readonly GuaranteeResult[], fails: boolean): Finding[] {
  const sdks = [...new Set(results.map(({ sdk }) => sdk))];
  return sdks.flatMap((sdk) => {
    const own = results.filter((result) => result.sdk === sdk);
    return own.slice(0, 1).map(({ phase }): Finding => {
      const finding = { scenario, sdk, where: phase, status: 'failed', blame: 'broker', fails } as const;
      return { ...finding, symptoms: own.map(violationSymptom) };
    });
  });
}

type Clients = Pick<RunData, 'controlVerdicts' | 'control'>;

/** Violations that are no failing check of a client, and that it does not say itself. Of a client that is not believed, nothing is. */
function warningsOf(
  scenario: string | null,
  violated: readonly GuaranteeResult[],
  { control, controlVerdicts }: Clients,
): Finding[] {
  const isShown = (one: GuaranteeResult, { status, checks }: SdkVerdict): boolean =>
    blameOf(status) !== 'equipment' && !checks.some(({ check }) => check === one.guarantee);
  const left = violated.filter((one) => {
    const lost = control.find(({ sdk }) => sdk === one.sdk)?.result?.lost;
    const verdict = controlVerdicts.find(({ sdk }) => sdk === one.sdk);
    return verdict !== undefined && isShown(one, verdict) && !isSaidByLost(one, lost);
  });
  return findingsBySdk(scenario, left, false);
}

/** What the checkers found in a scenario, beside the failing checks of its validation. In the fault period it fails where it counts. */
export function scenarioViolations(result: ScenarioResult, rules: VerdictRules): Finding[] {
  const { scenario, guarantees, validation, sdkVerdicts, faultPeriod, withoutLedger = [] } = result;
  const violated = violatedIn(guarantees);
  const lostOf = (sdk: string): number =>
    faultPeriod.find((figures) => figures.sdk === sdk)?.ackedLost ??
    withoutLedger.find((outcome) => outcome.sdk === sdk)?.result?.lost ??
    0;
  const inFault = violated.filter((one) => one.phase === 'fault' && !isSaidByLost(one, lostOf(one.sdk)));
  const counted = inFault.filter((one) => isCounted(one, rules));
  const inValidation = violated.filter(({ phase }) => phase === 'validation');
  return [
    ...findingsBySdk(scenario.name, counted, true),
    ...findingsBySdk(
      scenario.name,
      inFault.filter((one) => !counted.includes(one)),
      false,
    ),
    ...warningsOf(scenario.name, inValidation, { control: validation, controlVerdicts: sdkVerdicts }),
  ];
}

/** The same of the control run. None where the test's own equipment failed in it. */
export const controlViolations = ({
  controlGuarantees,
  runFailures,
  ...clients
}: Clients & Pick<RunData, 'controlGuarantees' | 'runFailures'>): Finding[] =>
  runFailures.some(({ blame }) => blame === 'equipment')
    ? []
    : warningsOf(null, violatedIn(controlGuarantees), clients);
