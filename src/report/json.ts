import { scenarioRows } from '../domain/history-scenarios.js';
import type { ReportFile, RunData } from '../domain/report-data.js';
import { localTime } from './format.js';

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
    scenarios: scenarioRows(data),
    details: data,
  };
}
