import {
  CancellationScope,
  ChildWorkflowFailure,
  ParentClosePolicy,
  executeChild,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { scenarioWorkflowId } from '../domain/ids.js';
import type { RunPlan } from '../domain/plan.js';
import type { Scenario } from '../domain/scenario.js';
import { isSameStart, startText, type StartedWith } from '../domain/started-with.js';
import { blameOf, type ScenarioStatus } from '../domain/status.js';
import { verbatim } from '../domain/verbatim.js';
import type { Failure } from '../domain/verdict.js';
import { reasonOf } from './activities.js';
import type { RunStep } from './run-context.js';
import type { scenarioWorkflow, ScenarioOutcome } from './scenario.js';

/** Plays one scenario; none where the control run has shown that the test's own equipment is broken. */
export const playScenario =
  (scenario: Scenario): RunStep =>
  async (context, { runFailures, outcomes, notes }) => {
    if (runFailures.length > 0) return {};
    const { plan, progress } = context;
    progress.scenario(scenario.name, 'running');
    const { outcome, why } = await runScenario(plan, scenario);
    progress.scenario(scenario.name, outcome.verdict.status);
    return { outcomes: [...outcomes, outcome], notes: [...notes, ...why] };
  };

/**
 * Stops and starts the cluster before this scenario, where the one before left none that can be used, or where its fault needs one that was started in another way. The lease goes with
 * the cluster: its renewal ends first, and begins again with the next one.
 */
export const replaceCluster =
  (before: Scenario): RunStep =>
  async ({ plan, run, host, lease }, { outcomes, notes, startedWith, runFailures }) => {
    const wanted = plan.startedWith?.[before.name] ?? {};
    const isOther = runFailures.length === 0 && !isSameStart(wanted, startedWith);
    const isUnusable = outcomes.at(-1)?.needsNewCluster === true;
    if (!isOther && !isUnusable) return {};
    await lease.release();
    await host.stopCluster({ run });
    const up = await host.startCluster({ run, ...(isSameStart(wanted, {}) ? {} : { startedWith: wanted }) });
    lease.keepAlive();
    return { up, startedWith: wanted, notes: [...notes, whyReplaced(before, isOther, wanted)] };
  };

const whyReplaced = ({ name, fault }: Scenario, isOther: boolean, wanted: StartedWith): string =>
  isOther
    ? `the cluster was stopped, and started ${startText(wanted)} for ${name} (${fault})`
    : `the cluster was stopped and started before ${name}, because the scenario before it had left the cluster unusable`;

/** `why`: what broke it off, if anything did. */
interface Played {
  readonly outcome: ScenarioOutcome;
  readonly why: readonly string[];
}

async function runScenario(plan: RunPlan, scenario: Scenario): Promise<Played> {
  try {
    const outcome = await executeChild<typeof scenarioWorkflow>('ScenarioWorkflow', {
      workflowId: scenarioWorkflowId(workflowInfo().workflowId, scenario.name),
      args: [{ plan, scenario }],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${scenario.name}: ${scenario.fault} on ${verbatim(scenario.target)}`,
    });
    return { outcome, why: [] };
  } catch (error) {
    // The whole run was cancelled: up. Somebody cancelled or terminated this scenario alone: the run goes on, on a new cluster.
    if (CancellationScope.current().consideredCancelled || !(error instanceof ChildWorkflowFailure)) throw error;
    const status: ScenarioStatus = isCancellation(error) ? 'cancelled' : 'harness_error';
    const failures: Failure[] = [{ status, blame: blameOf(status), sdk: null }];
    const verdict = { passed: false, status, failures, attribution: 'none' } as const;
    const why = status === 'cancelled' ? [] : [`${scenario.name} was broken off: ${reasonOf(error.cause)}`];
    return { outcome: { name: scenario.name, core: scenario.core, verdict, needsNewCluster: true }, why };
  }
}
