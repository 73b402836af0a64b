import type { RunPlan } from '../domain/plan.js';
import type { ScenarioResult } from '../domain/report-data.js';
import type { Scenario } from '../domain/scenario.js';
import { judgeScenario, lostInFaultOf } from '../domain/judge-scenario.js';
import type { ScenarioVerdict } from '../domain/verdict.js';
import type { ClusterLeft } from '../messages/requests.js';
import type { ScenarioFound } from './scenario-context.js';

const CANCELLED: ScenarioVerdict = {
  passed: false,
  status: 'cancelled',
  failures: [{ status: 'cancelled', blame: null, sdk: null }],
  attribution: 'none',
};

type End = Required<Pick<ScenarioResult, 'deadNodes' | 'clusterEnded' | 'equipmentDied' | 'brokersUnknown'>>;

/** What was left of the cluster when the scenario ended. Histories of 0.1.0 say neither `error` nor what died of the equipment. */
function endOf({ died }: ScenarioFound, left: ClusterLeft): End {
  const { dead = [], ended, equipmentDied = [] } = left;
  return {
    deadNodes: [...new Set([...died, ...dead])],
    clusterEnded: ended ?? null,
    equipmentDied,
    brokersUnknown: left.error ?? null,
  };
}

/** Everything that a scenario leaves behind, with its verdict. */
export function resultOf({
  plan,
  scenario,
  startedAt,
  finishedAt,
  found,
  left,
  cancelled,
}: {
  readonly plan: RunPlan;
  readonly scenario: Scenario;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly found: ScenarioFound;
  readonly left: ClusterLeft;
  readonly cancelled: boolean;
}): ScenarioResult {
  const { fault, borders, faultPeriod, withoutLedger, validation, verdicts, snapshots, notes, healWaitSeconds } = found;
  const end = endOf(found, left);
  const judged = {
    fault,
    verdicts,
    lostInFault: lostInFaultOf(found),
    violatedInFault: found.violatedInFault,
    ...end,
    rules: plan.rules,
  };
  const unknown = end.brokersUnknown === null ? [] : [`which brokers lived could not be told: ${end.brokersUnknown}`];
  return {
    scenario,
    startedAt,
    finishedAt,
    verdict: cancelled ? CANCELLED : judgeScenario(judged),
    sdkVerdicts: verdicts,
    fault,
    ...(found.faults.length > 1 ? { faults: found.faults } : {}),
    borders,
    faultPeriod,
    withoutLedger,
    validation,
    healWaitSeconds,
    snapshots,
    notes: [...notes, ...unknown],
    ...end,
  };
}
