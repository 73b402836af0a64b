import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import { clientText, type ClientOutcome } from '../domain/client-result.js';
import type { RunPlan } from '../domain/plan.js';
import type { RunResult } from '../domain/report-data.js';
import type { ScenarioStatus } from '../domain/status.js';
import type { SdkVerdict } from '../domain/verdict.js';
import { runProgressQuery, type RunProgress } from '../messages/progress.js';
import type { RunPause } from '../messages/resume.js';
import { CHAOS_STATE } from '../messages/search-attributes.js';
import { setAttributes } from './attributes.js';
import { runDetails, stateOfHeadline } from './web-ui-text.js';

/** Keeps the answer of the query `progress`, and what the Web UI shows of a run. */
export interface RunProgressKeeper {
  plan(plan: RunPlan): void;
  enter(phase: RunProgress['phase']): void;
  control(outcomes: readonly ClientOutcome[], verdicts: readonly SdkVerdict[]): void;
  scenario(name: string, status: ScenarioStatus | 'running'): void;
  /** Something that people should read; the last few are kept. */
  note(text: string): void;
  /** The verdict is there, and the run waits for a human. */
  pause(result: RunResult, pause: RunPause): void;
  close(result: RunResult): void;
  /** For an execution that goes on with it. */
  now(): RunProgress;
}

/** Signals may come without end. */
const NOTES_KEPT = 20;

const NOTHING_YET: Omit<RunProgress, 'since'> = {
  runId: null,
  runDir: null,
  sdks: [],
  cluster: null,
  phase: 'starting',
  scenarios: [],
  control: [],
  current: null,
  result: null,
  pause: null,
  notes: [],
};

/** `before`: of the execution that this one goes on from. */
export function keepRunProgress(before?: RunProgress): RunProgressKeeper {
  let state = before ?? { ...NOTHING_YET, since: new Date().toISOString() };
  setHandler(runProgressQuery, () => state, { description: 'What the run is doing, and its result once it has one' });
  const change = (next: Partial<RunProgress>): void => {
    state = { ...state, ...next };
    setCurrentDetails(runDetails(state));
  };
  if (before !== undefined) change({});
  return {
    plan: (plan) =>
      change({
        runId: plan.runId,
        runDir: plan.runDir,
        sdks: plan.sdks,
        cluster: plan.cluster,
        scenarios: plan.scenarios.map(({ name }) => ({ name, status: 'waiting' as const })),
      }),
    enter: (phase) => change({ phase, current: null, since: new Date().toISOString() }),
    control: (outcomes, verdicts) =>
      change({
        control: outcomes.map((outcome, i) => ({
          sdk: outcome.sdk,
          phase: 'control',
          status: verdicts[i]?.status ?? ('harness_error' as const),
          text: clientText(outcome),
        })),
      }),
    scenario: (name, status) =>
      change({
        phase: 'scenario',
        current: status === 'running' ? name : null,
        since: new Date().toISOString(),
        scenarios: state.scenarios.map((row) => (row.name === name ? { name, status } : row)),
      }),
    // What is said again and again, e.g. of a channel that is down, is said once: it must not push the rest out.
    note: (text) => change({ notes: [...state.notes.filter((note) => note !== text), text].slice(-NOTES_KEPT) }),
    pause: (result, pause) => change({ phase: 'paused', current: null, result, pause, since: pause.since }),
    close: (result) => change({ pause: null, phase: 'closed', current: null, result, since: new Date().toISOString() }),
    now: () => state,
  };
}

/** The run is over: says so, and how it ended. */
export function closeRun(plan: RunPlan, progress: RunProgressKeeper, result: RunResult): RunResult {
  setAttributes(plan, [{ key: CHAOS_STATE, value: stateOfHeadline(result.headline) }]);
  progress.close(result);
  return result;
}
