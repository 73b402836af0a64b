import type { KnownVerdict } from './known.js';
import type { Headline } from './status.js';
import type { Failure, ScenarioVerdict, VerdictRules } from './verdict.js';
import type { RunKind } from './plan.js';

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
 * control run, and failures of the broker in the control run that count (`judge-control.ts`). A planned scenario that has no result did not pass.
 */
export function judgeRun(input: {
  readonly kind: RunKind;
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

/** Did a run fail by nothing but result lines that could not be read? Such a run says nothing of the broker, and is not counted. What is known does not matter. */
export function isOnlyFormatErrors(run: {
  readonly runFailures: readonly Failure[];
  readonly controlFailures?: readonly Failure[];
  readonly scenarios: readonly { readonly verdict: Pick<ScenarioVerdict, 'failures'> }[];
  readonly known?: KnownVerdict;
}): boolean {
  const failures: readonly { readonly status: string }[] = run.known?.findings.filter(
    ({ fails, ids }) => fails && ids.length === 0,
  ) ?? [
    ...run.runFailures,
    ...(run.controlFailures ?? []),
    ...run.scenarios.flatMap(({ verdict }) => verdict.failures),
  ];
  return failures.length > 0 && failures.every(({ status }) => status === 'script_format_error');
}
