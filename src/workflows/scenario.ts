import { CancellationScope, setCurrentDetails } from '@temporalio/workflow';
import type { RunPlan } from '../domain/plan.js';
import type { Scenario } from '../domain/scenario.js';
import type { ScenarioVerdict } from '../domain/verdict.js';
import { CHAOS_CLUSTER, CHAOS_SCENARIO, CHAOS_STATE } from '../messages/search-attributes.js';
import { scenarioInputShape } from '../messages/shapes.js';
import { cancellationIn } from './activities.js';
import { setAttributes } from './attributes.js';
import { goThroughFault } from './fault-period.js';
import { demand } from './from-outside.js';
import { inTurn } from './in-turn.js';
import {
  NOTHING_FOUND,
  scenarioContext,
  type ScenarioContext,
  type ScenarioFound,
  type ScenarioStep,
} from './scenario-context.js';
import { resultOf } from './scenario-result.js';
import { validate, waitForHealing } from './validation.js';
import { scenarioDetails, stateOf } from './web-ui-text.js';

export interface ScenarioInput {
  readonly plan: RunPlan;
  readonly scenario: Scenario;
}

/** What the run needs to go on; the rest is in the scenario's `scenario.json`. */
export interface ScenarioOutcome {
  readonly name: string;
  readonly core: boolean;
  readonly verdict: ScenarioVerdict;
  /** The next scenario needs a new cluster: every broker is dead, or the recovery was not proved. */
  readonly needsNewCluster: boolean;
}

/** Step 1: the baseline, and the state of the cluster that the fault needs. */
const takeBaseline: ScenarioStep = async ({ run, scenario, host, progress }) => {
  progress.enter('baseline snapshot', 10_000, 'metrics and logs of every broker');
  return { snapshots: [await host.takeSnapshot({ run, label: `${scenario.name}-1-baseline` })] };
};

const prepareFault: ScenarioStep = async ({ run, scenario, faults }) => ({
  prepareError: (await faults.prepareFault({ run, scenario })).error,
});

/** The five steps of one scenario, in the seed's order. */
const FIVE_STEPS: readonly ScenarioStep[] = [
  // 1: the baseline.
  takeBaseline,
  prepareFault,
  // 2 to 4: live clients go through inject and recovery.
  goThroughFault,
  // 5: 60 s, and the only clients that are judged.
  waitForHealing,
  validate,
];

/** One fault with its five steps. Never fails because the broker failed its test: the verdict is a value. */
export async function scenarioWorkflow(input: ScenarioInput): Promise<ScenarioOutcome> {
  demand(scenarioInputShape, input);
  const { plan, scenario } = input;
  setAttributes(plan, [
    { key: CHAOS_CLUSTER, value: plan.cluster },
    { key: CHAOS_SCENARIO, value: scenario.name },
    { key: CHAOS_STATE, value: 'running' },
  ]);
  const startedAt = new Date().toISOString();
  const context = scenarioContext(plan, scenario);
  const { found, stopped } = await inTurn(
    NOTHING_FOUND,
    FIVE_STEPS.map((step) => (soFar) => step(context, soFar)),
  );
  const cancellation = stopped === undefined ? undefined : cancellationIn(stopped);
  if (stopped !== undefined && cancellation === undefined) throw stopped;
  const outcome = await CancellationScope.nonCancellable(async () => {
    context.progress.enter('recording', 30_000, 'writing the record of the scenario');
    const killed = cancellation === undefined ? found : await killEveryClient(context, found);
    return record(context, startedAt, killed, cancellation !== undefined);
  });
  if (cancellation !== undefined) throw cancellation;
  return outcome;
}

/** After a cancellation: no client of this scenario stays. The fault itself was recovered on the way out. */
async function killEveryClient({ run, scenario, host }: ScenarioContext, found: ScenarioFound): Promise<ScenarioFound> {
  for (const phase of ['fault', 'validation'] as const) await host.killClients({ run, scenario: scenario.name, phase });
  return { ...found, notes: [...found.notes, 'cancelled: the fault was ended and the clients were stopped'] };
}

/** Judges the scenario, writes it down, and says whether the next one can have its cluster. */
async function record(
  { plan, scenario, run, host }: ScenarioContext,
  startedAt: string,
  found: ScenarioFound,
  cancelled: boolean,
): Promise<ScenarioOutcome> {
  const { fault, clientsFromUs, healFromUs } = found;
  const left = await host.deadNodes({ run, sinceUs: clientsFromUs ?? fault.injectedUs ?? healFromUs });
  const result = resultOf({ plan, scenario, startedAt, finishedAt: new Date().toISOString(), found, left, cancelled });
  const { verdict } = result;
  await host.recordScenario({ run, result });
  setAttributes(plan, [{ key: CHAOS_STATE, value: stateOf(verdict) }]);
  setCurrentDetails(scenarioDetails(result));
  const unproved = fault.recoverError !== null || fault.cleanup?.startsWith('failed') === true;
  const gone = left.error != null || left.ended != null || left.dead.length === left.all;
  return { name: scenario.name, core: scenario.core, verdict, needsNewCluster: gone || unproved };
}
