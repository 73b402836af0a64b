import type { ReportFile, RunData, ScenarioResult } from '../domain/report-data.js';
import { localTime } from './format.js';

/** One row per SDK, in the words of the spec: what other programs read. */
function sdkRows({ validation, sdkVerdicts }: ScenarioResult): ReportFile['scenarios'][number]['sdks'] {
  return validation.map(({ sdk, result, durationSeconds, lineProblem }, i) => ({
    sdk,
    passed: sdkVerdicts[i]?.passed ?? false,
    status: sdkVerdicts[i]?.status ?? 'harness_error',
    sent: result?.sent ?? null,
    received: result?.received ?? null,
    lost: result?.lost ?? null,
    p99_ms: result?.p99_ms ?? null,
    duration_seconds: durationSeconds,
    errors: [...(lineProblem === null ? [] : [lineProblem]), ...(result?.errors ?? [])],
  }));
}

/** `report.json`: the run in the spec's words, and under `details` everything that reports are made from. */
export function jsonReport(data: RunData): ReportFile {
  const at = (iso: string): string => localTime(iso, data.plan.timeZone);
  return {
    schema: 'robustmq-chaos-report/1',
    run_id: data.runId,
    started_at: at(data.startedAt),
    finished_at: at(data.finishedAt),
    headline: data.headline,
    run_passed: data.runPassed,
    pass_rate: data.passRatePercent,
    scenarios: data.scenarios.map((result) => ({
      name: result.scenario.name,
      core: result.scenario.core,
      passed: result.verdict.passed,
      status: result.verdict.status,
      sdks: sdkRows(result),
    })),
    details: data,
  };
}
