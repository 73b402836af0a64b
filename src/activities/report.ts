import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunPlan } from '../domain/plan.js';
import { NO_FAULT, type RunData, type ScenarioResult } from '../domain/report-data.js';
import { isOnlyFormatErrors, judgeRun, type ScenarioVerdict } from '../domain/verdict.js';
import { readJson, writeJson } from '../host/files.js';
import { jsonReport } from '../report/json.js';
import { summaryOf } from '../report/summary.js';
import { markdownReport } from '../report/markdown.js';
import type { RecordScenarioRequest, ReportWritten, WriteReportRequest } from './requests.js';
import { asActivity, planOf } from './support.js';

const scenarioFile = (runDir: string, name: string): string => join(runDir, 'scenarios', name, 'scenario.json');

/** A scenario whose workflow ended without writing itself down (terminated): its verdict is all there is. */
function bareResult(plan: RunPlan, name: string, verdict: ScenarioVerdict): ScenarioResult[] {
  const scenario = plan.scenarios.find((s) => s.name === name);
  if (scenario === undefined) return [];
  const at = new Date().toISOString();
  const notes = ['the scenario ended without a record of its own'];
  return [
    {
      scenario,
      startedAt: at,
      finishedAt: at,
      verdict,
      sdkVerdicts: [],
      fault: NO_FAULT,
      faultPeriod: [],
      validation: [],
      healWaitSeconds: null,
      snapshots: [],
      notes,
      deadNodes: [],
    },
  ];
}

function scenarioResults(plan: RunPlan, request: WriteReportRequest): ScenarioResult[] {
  return plan.scenarios.flatMap(({ name }) => {
    const recorded = readJson<ScenarioResult>(scenarioFile(plan.runDir, name));
    if (recorded !== undefined) return [recorded];
    const verdict = request.verdicts.find((v) => v.name === name)?.verdict;
    return verdict === undefined ? [] : bareResult(plan, name, verdict);
  });
}

function runData(plan: RunPlan, request: WriteReportRequest, versions: Readonly<Record<string, string>>): RunData {
  const scenarios = scenarioResults(plan, request);
  const verdict = judgeRun({
    kind: plan.kind,
    planned: plan.scenarios,
    scenarios: scenarios.map(({ scenario, verdict: { passed, failures } }) => ({ ...scenario, passed, failures })),
    runFailures: request.runFailures,
    cancelled: request.cancelled,
    rules: plan.rules,
  });
  const { workflowId, startedAt, endpoint, dataDirs, control, controlVerdicts, runFailures, endSnapshot, notes } =
    request;
  return {
    runId: plan.runId,
    workflowId,
    startedAt,
    finishedAt: new Date().toISOString(),
    plan,
    ...verdict,
    endpoint,
    dataDirs,
    control,
    controlVerdicts,
    runFailures,
    scenarios,
    endSnapshot,
    notes: [...plan.warnings, ...notes],
    versions: { ...versions, ...readJson<Record<string, string>>(join(plan.runDir, 'versions.json')) },
  };
}

export function createReportActivities(versions: Readonly<Record<string, string>>) {
  return {
    /** Writes one scenario down, whatever becomes of the run. */
    recordScenario: ({ run, result }: RecordScenarioRequest): Promise<void> =>
      asActivity(() => {
        writeJson(scenarioFile(run.runDir, result.scenario.name), result);
        return Promise.resolve();
      }),

    /** Judges the run and writes `report.json` and `report.md` into its folder. */
    writeReport: (request: WriteReportRequest): Promise<ReportWritten> =>
      asActivity(() => {
        const plan = planOf(request.run);
        const data = runData(plan, request, versions);
        const jsonPath = join(plan.runDir, 'report.json');
        const markdownPath = join(plan.runDir, 'report.md');
        writeJson(jsonPath, jsonReport(data));
        writeFileSync(markdownPath, markdownReport(data));
        const { finishedAt, headline, runPassed, passRatePercent } = data;
        return Promise.resolve({
          finishedAt,
          headline,
          runPassed,
          passRatePercent,
          onlyFormatErrors: isOnlyFormatErrors(data),
          summary: summaryOf(data),
          jsonPath,
          markdownPath,
        });
      }),
  };
}
