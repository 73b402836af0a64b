import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import { clientText, type ClientOutcome } from '../domain/client-result.js';
import type { Scenario } from '../domain/scenario.js';
import { verbatim } from '../domain/verbatim.js';
import type { SdkVerdict } from '../domain/verdict.js';
import { scenarioProgressQuery, type ScenarioProgress, type Step } from '../messages/progress.js';

/** Keeps the answer of the query `progress`, and what the Web UI shows of a scenario. */
export interface ScenarioProgressKeeper {
  enter(step: Step, limitMs: number | null, detail: string): void;
  clients(phase: string, outcomes: readonly ClientOutcome[], verdicts: readonly SdkVerdict[]): void;
}

export function keepScenarioProgress(scenario: Scenario): ScenarioProgressKeeper {
  let state: ScenarioProgress = {
    scenario: scenario.name,
    step: 'baseline snapshot',
    since: new Date().toISOString(),
    limitMs: null,
    detail: '',
    clients: [],
  };
  setHandler(scenarioProgressQuery, () => state, {
    description: 'Which of the five steps, since when, and what the clients said',
  });
  return {
    enter: (step, limitMs, detail) => {
      state = { ...state, step, limitMs, detail, since: new Date().toISOString() };
      setCurrentDetails(`**${step}** since ${state.since}: ${verbatim(detail)}`);
    },
    clients: (phase, outcomes, verdicts) => {
      const rows = outcomes.map((outcome, i) => ({
        sdk: outcome.sdk,
        phase,
        status: verdicts[i]?.status ?? ('harness_error' as const),
        text: clientText(outcome),
      }));
      state = { ...state, clients: [...state.clients, ...rows] };
    },
  };
}
